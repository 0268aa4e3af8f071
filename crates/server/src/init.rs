//! `countersign init`: a provider out of nothing. A failed one leaves nothing behind.

use crate::command::user::InvitationItem;
use crate::config::{Config, host, is_loopback, reference};
use crate::data::sealing_key::{self, Source};
use crate::data::{DataDir, write_private};
use crate::failure::Failed;
use crate::open::assemble;
use crate::output::{self, STRONG};
use crate::system::SystemEntropy;
use countersign_core::Provider;
use countersign_core::authenticator::invite::{self, Invited};
use countersign_core::keys::rotate;
use countersign_core::provider::Host;
use countersign_core::user::{IdpRole, User, add};
use countersign_store_sqlite::{Options, SqliteStore};
use serde::Serialize;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  countersign init --data ./data --public-url http://127.0.0.1:4000 --domain onesid1.com --alias OnesID1
      A provider for trying out, on this machine only.
  countersign init --data /var/lib/countersign --public-url https://id.example.org --domain example.org
      A provider behind a reverse proxy; the first person is master@example.org.";

/// Make a provider in a new data directory.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    /// Data directory to make; it may exist, but no provider may live in it
    #[arg(long, value_name = "DIR", env = "COUNTERSIGN_DATA")]
    data: PathBuf,
    /// The address that everybody reaches this provider under: scheme and host, without a path
    #[arg(long, value_name = "URL")]
    public_url: String,
    /// Domain of your organisation
    #[arg(long)]
    domain: String,
    /// Another name that usernames may end in; may be given several times
    #[arg(long = "alias", value_name = "NAME")]
    aliases: Vec<String>,
    /// Username of the first person; when left out, master@ with the first alias, or else the domain
    #[arg(long, value_name = "NAME@ORG")]
    master: Option<String>,
    /// Allow a public URL without TLS that is not on this machine: everybody on the way can read tokens
    #[arg(long)]
    danger_allow_http: bool,
    /// Print JSON for programs
    #[arg(long)]
    json: bool,
}

/// Runs `countersign init`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    let host = host(&args.public_url, args.danger_allow_http)
        .map_err(|text| Failed::usage(text.replace("danger_allow_http", "--danger-allow-http")))?;
    let data = DataDir::new(&args.data);
    let mut unfinished = Unfinished::begin(&data)?;
    let made = make(&args, &host, &data, &mut unfinished).await?;
    unfinished.keep();
    let answer = Answer {
        username: made.master.username.to_string(),
        user_id: made.master.id.to_string(),
        invitation: InvitationItem::new(&made.invited),
        issuer: host.issuer(),
        data: args.data.display().to_string(),
    };
    output::show(args.json, &answer, || answer.describe())
}

struct Made {
    master: User,
    invited: Invited,
}

async fn make(args: &Args, host: &Host, data: &DataDir, unfinished: &mut Unfinished) -> Result<Made, Failed> {
    unfinished.write(&data.config(), settings(host, args.danger_allow_http).as_bytes())?;
    let config = Config::load(&data.config())?;
    if config.host != *host {
        return Err(Failed::usage(format!(
            "the environment variable COUNTERSIGN_PUBLIC_URL says {}; unset it, or give the same with --public-url",
            config.host.as_str()
        )));
    }
    let source = Source::find(data, config.settings.sealing_key_file.as_deref());
    if let Source::Here(path) = &source {
        unfinished.write(path, sealing_key::generate(&SystemEntropy).as_bytes())?;
    }
    let sealer = source.read()?;
    unfinished.expect(&data.database());
    let store = SqliteStore::open(data.database(), Options::default())?;
    let provider = assemble(&config, Arc::new(store), sealer);
    let made = populate(args, &provider).await?;
    sync(data.path())?;
    Ok(made)
}

/// Organisation, keys, first person, invitation.
async fn populate(args: &Args, provider: &Provider) -> Result<Made, Failed> {
    let organisation = add::create_organisation(provider, &args.domain, &args.aliases).await?;
    rotate::create_first(provider).await?;
    let username = args
        .master
        .clone()
        .unwrap_or_else(|| format!("master@{}", organisation.label()));
    let master = add::add(provider, &username, IdpRole::Master, None).await?;
    let invited = invite::invite(provider, &master, crate::command::CLI).await?;
    Ok(Made { master, invited })
}

/// The configuration file: the example with what is known already filled in.
fn settings(host: &Host, danger_allow_http: bool) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    reference::example()
        .lines()
        .map(|line| match line {
            line if line.starts_with("public_url = ") => format!("public_url = {}\n", quoted(host.as_str())),
            line if line.starts_with("# listen = ") => format!("listen = {}\n", quoted(&listen(host))),
            "# danger_allow_http = false" if danger_allow_http => "danger_allow_http = true\n".to_owned(),
            line => format!("{line}\n"),
        })
        .collect()
}

/// Where to listen: at the public URL itself when that is this machine without TLS, else where a proxy finds us.
fn listen(host: &Host) -> String {
    let own = url::Url::parse(host.as_str())
        .ok()
        .filter(|url| url.scheme() == "http" && is_loopback(url));
    let address = own.and_then(|url| {
        let name = url
            .host_str()
            .filter(|name| !name.ends_with("localhost"))
            .unwrap_or("127.0.0.1");
        Some(format!("{name}:{}", url.port_or_known_default()?))
    });
    address.unwrap_or_else(|| "127.0.0.1:8080".to_owned())
}

/// Everything that `init` has made so far; it goes away again unless it is kept.
struct Unfinished {
    directory: Option<PathBuf>,
    files: Vec<PathBuf>,
    kept: bool,
}

impl Unfinished {
    fn begin(data: &DataDir) -> Result<Self, Failed> {
        let path = data.path();
        for file in [data.config(), data.database(), data.sealing_key()] {
            if !matches!(file.try_exists(), Ok(false)) {
                return Err(Failed::new(format!(
                    "{}: there is something of a provider here already ({}); choose another directory",
                    path.display(),
                    file.file_name().unwrap_or_default().display()
                )));
            }
        }
        let failed = |error: io::Error| {
            Failed::new(format!(
                "{}: the directory cannot be made ({error}); check its parent and its permissions",
                path.display()
            ))
        };
        let made = !path.exists();
        if made {
            make_private(path).map_err(failed)?;
        }
        Ok(Self {
            directory: made.then(|| path.to_owned()),
            files: Vec::new(),
            kept: false,
        })
    }

    fn write(&mut self, path: &Path, bytes: &[u8]) -> Result<(), Failed> {
        self.expect(path);
        write_private(path, bytes).map_err(|error| {
            Failed::new(format!(
                "{}: this file cannot be made ({error}); check the directory's permissions and space",
                path.display()
            ))
        })
    }

    fn expect(&mut self, path: &Path) {
        self.files.push(path.to_owned());
    }

    fn keep(mut self) {
        self.kept = true;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        for file in &self.files {
            for suffix in ["", "-wal", "-shm"] {
                let mut name = file.clone().into_os_string();
                name.push(suffix);
                // Most of these were never made.
                let _absent = fs::remove_file(name);
            }
        }
        if let Some(directory) = &self.directory {
            // Only an empty directory goes: what somebody else put there meanwhile stays.
            let _in_use = fs::remove_dir(directory);
        }
    }
}

/// Makes a directory for nobody else, with the parents that are missing.
fn make_private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The names of the files are durable when the directory is.
fn sync(directory: &Path) -> Result<(), Failed> {
    File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(|error| {
            Failed::new(format!(
                "{}: the directory cannot be flushed to disk ({error})",
                directory.display()
            ))
        })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    username: String,
    user_id: String,
    #[serde(flatten)]
    invitation: InvitationItem<'a>,
    issuer: String,
    data: String,
}

impl Answer<'_> {
    fn describe(&self) -> String {
        let Self {
            username,
            issuer,
            data,
            ..
        } = self;
        format!(
            "{STRONG}A new provider lives in {data}.{STRONG:#}\n\n\
             issuer       {issuer}\n\
             first person {username}\n\n\
             {}\n\n\
             Start it with:             countersign serve --data {data}\n\
             Another invitation:        countersign user invite {username} --data {data}\n\
             Keep sealing.key apart:    without it no backup can be opened; with it and a backup anybody is you.",
            self.invitation.describe(username)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{listen, settings};
    use countersign_core::provider::Host;

    #[test]
    fn a_provider_on_this_machine_listens_at_its_own_address() {
        let samples = [
            ("http://127.0.0.1:4000", "127.0.0.1:4000"),
            ("http://localhost:4000", "127.0.0.1:4000"),
            ("http://[::1]:4000", "[::1]:4000"),
            ("http://127.0.0.1", "127.0.0.1:80"),
            ("https://id.example.org", "127.0.0.1:8080"),
            ("https://127.0.0.1:4000", "127.0.0.1:8080"),
        ];
        for (url, expected) in samples {
            assert_eq!(listen(&Host::parse(url).unwrap()), expected, "{url}");
        }
    }

    #[test]
    fn the_file_that_init_makes_says_what_it_was_told() {
        let text = settings(&Host::parse("http://192.0.2.1:4000").unwrap(), true);
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["public_url"].as_str(), Some("http://192.0.2.1:4000"));
        assert_eq!(table["listen"].as_str(), Some("127.0.0.1:8080"));
        assert_eq!(table["danger_allow_http"].as_bool(), Some(true));
    }
}
