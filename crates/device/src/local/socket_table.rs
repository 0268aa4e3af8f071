//! Whose socket is at the other end of a loopback connection: the kernel's table of TCP sockets (proc(5), `/proc/net/tcp`).

use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

/// `self` because `/proc/net` is not there under `ProcSubset=pid`.
const TABLES: [&str; 2] = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
/// `TCP_ESTABLISHED` as the table spells it.
const ESTABLISHED: &str = "01";
/// The table is no snapshot: a row can be missed while others come and go.
const LOOKS: usize = 3;

/// The user who opened the other end of a connection; `None` when the table does not say.
///
/// `peer` is the other end's address, `own` is ours.
pub(super) fn owner(peer: SocketAddr, own: SocketAddr) -> io::Result<Option<u32>> {
    for _ in 0..LOOKS {
        for table in TABLES {
            match std::fs::File::open(Path::new(table)) {
                Ok(file) => {
                    if let Some(uid) = owner_in(BufReader::new(file), peer, own)? {
                        return Ok(Some(uid));
                    }
                }
                // Without IPv6 there is no table of it.
                Err(error) if error.kind() == io::ErrorKind::NotFound && table.ends_with('6') => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(None)
}

/// The same in one table.
///
/// Only a row that is established and belongs to an open socket counts: the kernel shows a socket that its process has
/// closed already as one of root, so a caller could send a request, close, and be taken for root.
///
/// # Errors
/// What reading the table fails with.
pub fn owner_in(table: impl BufRead, peer: SocketAddr, own: SocketAddr) -> io::Result<Option<u32>> {
    let rows = [(hex(peer), hex(own)), (mapped(peer), mapped(own))];
    for line in table.lines() {
        let line = line?;
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        // sl, local, remote, state, queues, timer, retransmits, uid, timeout, inode
        let [_, local, remote, state, _, _, _, uid, _, inode, ..] = fields.as_slice() else {
            continue;
        };
        let is_it = rows.iter().any(|(peer, own)| peer == local && own == remote);
        if is_it && *state == ESTABLISHED && *inode != "0" {
            return Ok(uid.parse().ok());
        }
    }
    Ok(None)
}

/// An address as the table spells it: words of 32 bits in the machine's own byte order, then the port.
fn hex(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) => format!("{}:{:04X}", words(&ip.octets()), address.port()),
        IpAddr::V6(ip) => format!("{}:{:04X}", words(&ip.octets()), address.port()),
    }
}

/// The same address as a socket of IPv6 has it (RFC 4291 §2.5.5.2): Node.js and Java connect to 127.0.0.1 with one.
fn mapped(address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) => hex(SocketAddr::new(ip.to_ipv6_mapped().into(), address.port())),
        IpAddr::V6(_) => hex(address),
    }
}

fn words(octets: &[u8]) -> String {
    let (words, _) = octets.as_chunks::<4>();
    words
        .iter()
        .map(|word| format!("{:08X}", u32::from_ne_bytes(*word)))
        .collect()
}

#[cfg(target_endian = "little")]
#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    fn row(local: &str, remote: &str, state: &str, uid: &str, inode: &str) -> String {
        format!(
            "   0: {local} {remote} {state} 00000000:00000000 00:00000000 00000000  {uid}        0 {inode} 1 0 20 4 29 10 -1\n"
        )
    }

    fn found(rows: &[String]) -> Option<u32> {
        let table = format!("{HEAD}{}", rows.concat());
        let peer = "127.0.0.1:34436".parse().unwrap();
        owner_in(table.as_bytes(), peer, "127.0.0.1:8000".parse().unwrap()).unwrap()
    }

    #[test]
    fn the_owner_of_the_other_end_is_found_and_not_that_of_our_own() {
        let own = row("0100007F:1F40", "0100007F:8684", "01", "7", "11");
        let other = row("0100007F:8684", "0100007F:1F40", "01", "1000", "12");
        assert_eq!(found(&[own.clone(), other]), Some(1000));
        assert_eq!(found(&[own]), None);
    }

    #[test]
    fn a_socket_that_was_closed_already_is_nobodys() {
        for (state, inode) in [("05", "0"), ("06", "0"), ("01", "0"), ("08", "12"), ("02", "12")] {
            assert_eq!(
                found(&[row("0100007F:8684", "0100007F:1F40", state, "0", inode)]),
                None
            );
        }
    }

    #[test]
    fn a_socket_of_ipv6_that_speaks_to_ipv4_is_found() {
        let zero = "0000000000000000FFFF00000100007F";
        let row = row(&format!("{zero}:8684"), &format!("{zero}:1F40"), "01", "33", "9");
        assert_eq!(found(&[row]), Some(33));
    }

    #[test]
    fn an_address_of_ipv6_is_spelt_in_words_of_the_machine() {
        assert_eq!(
            hex("[::1]:8000".parse().unwrap()),
            "00000000000000000000000001000000:1F40"
        );
    }

    #[test]
    fn rows_that_are_cut_off_are_passed_over() {
        assert_eq!(
            found(&[
                "   0: 0100007F:8684 0100007F:1F40 01\n".to_owned(),
                "\n".to_owned()
            ]),
            None
        );
    }
}
