use countersign_jose::KeyType;

/// Why a TPM does not do what it is asked; every message says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TpmError {
    /// The program was built without the feature `tpm`.
    #[error(
        "this program was built without TPM support; build it with --features tpm on a machine that has the TPM2 software stack (Debian: libtss2-dev), or keep the key in a file with -s default"
    )]
    NotBuilt,
    /// The configuration names no TPM.
    #[error(
        "COUNTERSIGN_TPM_TCTI names no TPM: `{0}`; write for example device:/dev/tpmrm0, swtpm:host=127.0.0.1,port=2321 or tabrmd"
    )]
    Tcti(String),
    /// There is no TPM, or this user may not use it.
    #[error(
        "there is no TPM to use at {tcti} ({reason}); turn it on in the firmware, run as root or in the group tss, or name another in COUNTERSIGN_TPM_TCTI"
    )]
    NoTpm {
        /// Where it was looked for.
        tcti: String,
        /// Why not.
        reason: String,
    },
    /// Too many wrong passwords were tried (dictionary attack protection, TPM 2.0 Library part 1 §19.8).
    #[error(
        "the TPM is locked out after too many wrong passwords; wait until its lockout ends, or end it with tpm2_dictionarylockout --clear-lockout"
    )]
    LockedOut,
    /// The owner hierarchy has a password.
    #[error(
        "the owner hierarchy of the TPM has a password, and keys of this program are made below it without one; remove it with tpm2_changeauth -c owner -p PASSWORD, or keep the key in a file with -s default"
    )]
    OwnerPassword,
    /// The key has a password or a policy.
    #[error(
        "the key in the TPM asks for a password or a policy, which this program does not have; register anew with -o INIT --force"
    )]
    KeyPassword,
    /// The key was made in this TPM, which was cleared since.
    #[error(
        "the TPM was cleared since this key was made, and the key is lost with it; register anew with -o INIT -s tpm --force"
    )]
    Cleared,
    /// The key was made in another TPM.
    #[error(
        "this key was made in another TPM and works nowhere else; put private.pem back on its own machine, or register this one with -o INIT -s tpm --force"
    )]
    AnotherTpm,
    /// One of the two; the file does not say which.
    #[error(
        "the TPM does not know this key: it was made in another TPM, or this one was cleared; restore the right private.pem, or register anew with -o INIT -s tpm --force"
    )]
    Foreign,
    /// A kind of key that TPMs do not have.
    #[error("a key in a TPM is RSA:2048, ECC:p256 or ECC:p384, not {0}; choose one of them with -k")]
    Unsupported(KeyType),
    /// A kind of key that this TPM does not have.
    #[error("this TPM cannot make a key of the type {0}; choose another with -k")]
    NotInThisTpm(KeyType),
    /// Anything else.
    #[error(
        "the TPM failed to {doing} ({reason}); try again, and look at its state with tpm2_getcap properties-variable"
    )]
    Failed {
        /// What it was asked to do.
        doing: &'static str,
        /// Its response code in words.
        reason: String,
    },
}
