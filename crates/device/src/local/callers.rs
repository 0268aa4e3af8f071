use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::accounts::{self, GROUP, PASSWD};
use super::connection::Peer;

/// One `[[caller]]` of the settings: exactly one of the four.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CallerEntry {
    /// A user by name, as in /etc/passwd.
    user: Option<String>,
    /// A user by number.
    uid: Option<u32>,
    /// A group by name, as in /etc/group; seen on the Unix socket only.
    group: Option<String>,
    /// A group by number; seen on the Unix socket only.
    gid: Option<u32>,
}

/// Who may call: root, the user that the service runs as, and whom the settings name.
///
/// The first two could read the key file or stop the service anyway, so leaving them out would protect nothing.
#[derive(Debug, Clone)]
pub(crate) struct Callers {
    own: u32,
    uids: BTreeSet<u32>,
    gids: BTreeSet<u32>,
}

impl Callers {
    /// The list of the settings; an error names the entry that cannot be understood.
    pub(crate) fn of(entries: &[CallerEntry]) -> Result<Self, String> {
        let mut callers = Self {
            own: rustix::process::geteuid().as_raw(),
            uids: BTreeSet::new(),
            gids: BTreeSet::new(),
        };
        for entry in entries {
            callers.add(entry)?;
        }
        Ok(callers)
    }

    fn add(&mut self, entry: &CallerEntry) -> Result<(), String> {
        match (&entry.user, entry.uid, &entry.group, entry.gid) {
            (Some(name), None, None, None) => self.uids.insert(known(PASSWD, "user", name, "uid")?),
            (None, Some(uid), None, None) => self.uids.insert(uid),
            (None, None, Some(name), None) => self.gids.insert(known(GROUP, "group", name, "gid")?),
            (None, None, None, Some(gid)) => self.gids.insert(gid),
            _ => return Err("a [[caller]] has exactly one of user, uid, group and gid".to_owned()),
        };
        Ok(())
    }

    /// Whether this caller is on the list.
    pub(crate) fn admits(&self, peer: Peer) -> bool {
        self.owns(peer)
            || self.uids.contains(&peer.uid)
            || peer.gid.is_some_and(|gid| self.gids.contains(&gid))
    }

    /// The list in one sentence.
    pub(crate) fn in_words(&self) -> String {
        let numbers = |set: &BTreeSet<u32>| set.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
        let mut words = "root and the service's own user may call".to_owned();
        if !self.uids.is_empty() {
            words.push_str(&format!(", and the users {}", numbers(&self.uids)));
        }
        if !self.gids.is_empty() {
            words.push_str(&format!(
                ", and on the Unix socket the groups {}",
                numbers(&self.gids)
            ));
        }
        words
    }

    /// Whether this caller is root or the user that the service runs as.
    pub(crate) fn owns(&self, peer: Peer) -> bool {
        peer.uid == 0 || peer.uid == self.own
    }
}

fn known(file: &str, kind: &str, name: &str, instead: &str) -> Result<u32, String> {
    match accounts::number(Path::new(file), name) {
        Ok(Some(number)) => Ok(number),
        Ok(None) => Err(format!(
            "there is no {kind} `{name}` in {file}; correct the name, or write its number as {instead}"
        )),
        Err(error) => Err(format!(
            "{file} cannot be read ({error}); write the number of {kind} `{name}` as {instead}"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::local::connection::Way;

    fn peer(uid: u32, gid: Option<u32>) -> Peer {
        Peer {
            way: Way::Unix,
            uid,
            gid,
            pid: None,
        }
    }

    #[test]
    fn root_the_own_user_and_whom_the_list_names_are_admitted_and_nobody_else() {
        let uid = |uid| CallerEntry {
            uid: Some(uid),
            ..CallerEntry::default()
        };
        let gid = CallerEntry {
            gid: Some(4001),
            ..CallerEntry::default()
        };
        let mut callers = Callers::of(&[uid(4000), gid]).unwrap();
        callers.own = 3999;
        assert!(
            [0, 3999, 4000]
                .into_iter()
                .all(|uid| callers.admits(peer(uid, None)))
        );
        assert!(callers.admits(peer(5000, Some(4001))));
        assert!(!callers.admits(peer(5000, Some(4000))) && !callers.admits(peer(4001, None)));
        assert!(callers.owns(peer(3999, None)) && !callers.owns(peer(4000, None)));
    }

    #[test]
    fn an_entry_that_names_nobody_or_two_is_refused() {
        let two = CallerEntry {
            uid: Some(1),
            gid: Some(1),
            ..CallerEntry::default()
        };
        assert!(Callers::of(&[two]).unwrap_err().contains("exactly one"));
        let nobody = CallerEntry {
            user: Some("no-such-user-here".to_owned()),
            ..CallerEntry::default()
        };
        assert!(
            Callers::of(&[nobody])
                .unwrap_err()
                .contains("write its number as uid")
        );
    }
}
