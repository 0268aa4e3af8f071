use std::path::Path;

/// Users by name.
pub(super) const PASSWD: &str = "/etc/passwd";
/// Groups by name.
pub(super) const GROUP: &str = "/etc/group";

/// The number of a user or a group: third field of its line (passwd(5), group(5)).
///
/// Only the files are asked. Directories on the network would have to be trusted to say who may have signatures, and
/// their people are named by number.
pub(super) fn number(file: &Path, name: &str) -> std::io::Result<Option<u32>> {
    let text = std::fs::read_to_string(file)?;
    Ok(text.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        fields.nth(1)?.parse().ok()
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_looked_up_whole_and_a_line_without_a_number_is_none() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(
            file.path(),
            "root:x:0:0:root:/root:/bin/sh\nroo:x:7\nbad:x:no:1\n",
        )
        .unwrap();
        let of = |name| number(file.path(), name).unwrap();
        assert_eq!(
            [of("root"), of("roo"), of("ro"), of("bad")],
            [Some(0), Some(7), None, None]
        );
    }
}
