/// What the machine says of itself when it registers (onesid.md §3). For the operator's eyes; nothing is decided by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct System {
    /// The machine's name on the network; empty when it has none.
    pub hostname: String,
    /// Name of the operating system, for example `Linux`.
    pub name: String,
    /// Release of the operating system's kernel.
    pub release: String,
    /// Processor architecture, for example `x86_64`.
    pub architecture: String,
    /// Memory in bytes; 0 when the system does not tell.
    pub memory: u64,
}

impl System {
    /// Asks the operating system.
    #[cfg(unix)]
    #[must_use]
    pub fn of_this_machine() -> Self {
        let uname = rustix::system::uname();
        let text = |part: &std::ffi::CStr| part.to_string_lossy().into_owned();
        Self {
            hostname: text(uname.nodename()),
            name: text(uname.sysname()),
            release: text(uname.release()),
            architecture: text(uname.machine()),
            memory: memory(),
        }
    }

    /// What is known without asking the operating system.
    #[cfg(not(unix))]
    #[must_use]
    pub fn of_this_machine() -> Self {
        Self {
            hostname: String::new(),
            name: std::env::consts::OS.to_owned(),
            release: String::new(),
            architecture: std::env::consts::ARCH.to_owned(),
            memory: 0,
        }
    }
}

#[cfg(target_os = "linux")]
fn memory() -> u64 {
    let info = rustix::system::sysinfo();
    // `c_ulong` is 32 bits wide on small machines.
    #[expect(
        clippy::useless_conversion,
        reason = "the width of c_ulong differs between targets"
    )]
    u64::from(info.totalram).saturating_mul(u64::from(info.mem_unit))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn memory() -> u64 {
    0
}
