//! `countersign user`: people.

use super::user_data::{self, DataArgs};
use super::{CLI, moment};
use crate::cli::Operator;
use crate::command::authenticator::AuthenticatorItem;
use crate::failure::Failed;
use crate::open::Opened;
use crate::output::{BAD, Cell, GOOD, Table, is_terminal, plain, qr};
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use countersign_core::Provider;
use countersign_core::authenticator::{invite, revoke};
use countersign_core::user::{IdpRole, User, add, disable, find};
use serde::Serialize;

const EXAMPLES: &str = "\
Examples:
  countersign user add ada.lovelace@OnesID1 --name 'Ada Lovelace'
  countersign user add grace@OnesID1 --role admin
  countersign user invite ada.lovelace@OnesID1
      Shows a link and a QR code; whoever has them can enrol a phone as this person, once.
  countersign user disable ada.lovelace@OnesID1
      Ends every token in their name.
  countersign user data set ada.lovelace@OnesID1 email=ada@example.org dateOfBirth=1815-12-10
      What the person can consent to give away; sealed in the database.";

/// People.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(flatten)]
    at: Operator,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Add a person
    Add {
        /// Username; the part after the @ is the organisation's domain or an alias
        #[arg(value_name = "NAME@ORG")]
        username: String,
        /// What the person may do at this provider
        #[arg(long, default_value = "user", value_parser = role_parser())]
        role: IdpRole,
        /// The person's name, for people
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
    },
    /// Show all people
    List,
    /// Show one person and their phones
    Show {
        /// Username or user id
        #[arg(value_name = "NAME@ORG|ID")]
        user: String,
    },
    /// Stop a person: nobody signs in as them, and every token in their name ends
    Disable {
        /// Username or user id
        #[arg(value_name = "NAME@ORG|ID")]
        user: String,
    },
    /// Let a disabled person sign in again
    Enable {
        /// Username or user id
        #[arg(value_name = "NAME@ORG|ID")]
        user: String,
    },
    /// Personal data of a person: set, show, remove
    Data(DataArgs),
    /// Make an invitation for a phone of a person
    Invite {
        /// Username or user id
        #[arg(value_name = "NAME@ORG|ID")]
        user: String,
    },
}

fn role_parser() -> impl clap::builder::TypedValueParser<Value = IdpRole> {
    PossibleValuesParser::new(IdpRole::ALL.map(IdpRole::as_str))
        .try_map(|word| IdpRole::parse(&word).ok_or("no such role"))
}

/// Runs `countersign user`.
pub(crate) async fn run(args: Args) -> Result<(), Failed> {
    let opened = args.at.open().await?;
    let provider = &opened.provider;
    let user = match args.command {
        Command::List => return list(provider, &args.at).await,
        Command::Show { user } => return show(provider, &user, &args.at).await,
        Command::Invite { user } => return invite(&opened, &user, &args.at).await,
        Command::Data(data) => return user_data::run(provider, data, &args.at).await,
        Command::Add { username, role, name } => add::add(provider, &username, role, name).await?,
        Command::Disable { user } => disable::disable(provider, &user, CLI).await?,
        Command::Enable { user } => disable::enable(provider, &user, CLI).await?,
    };
    let item = UserItem::from(&user);
    args.at.show(&item, || item.describe())
}

async fn list(provider: &Provider, at: &Operator) -> Result<(), Failed> {
    let items: Vec<_> = find::list(provider).await?.iter().map(UserItem::from).collect();
    at.show(&items, || table(&items))
}

async fn show(provider: &Provider, user: &str, at: &Operator) -> Result<(), Failed> {
    let user = find::find(provider, user).await?;
    let phones = revoke::list(provider, Some(user.id)).await?;
    let whole = UserWithPhones {
        user: UserItem::from(&user),
        authenticators: phones
            .iter()
            .map(|phone| AuthenticatorItem::new(phone, &user))
            .collect(),
    };
    at.show(&whole, || {
        let phones = crate::command::authenticator::table(&whole.authenticators);
        format!("{}\n\n{phones}", whole.user.describe())
    })
}

async fn invite(opened: &Opened, user: &str, at: &Operator) -> Result<(), Failed> {
    let user = find::find(&opened.provider, user).await?;
    let invited = invite::invite(&opened.provider, &user, CLI).await?;
    let item = InvitationItem::new(&invited);
    at.show(&item, || item.describe(user.username.as_str()))
}

/// An invitation: `{invitation, url, expiresAt}`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct InvitationItem<'i> {
    /// The bare text.
    pub(crate) invitation: &'i str,
    /// The link.
    pub(crate) url: &'i str,
    /// When it ends unused, RFC 3339 in UTC.
    pub(crate) expires_at: String,
}

impl<'i> InvitationItem<'i> {
    /// What is shown of an invitation, once.
    pub(crate) fn new(invited: &'i invite::Invited) -> Self {
        Self {
            invitation: invited.invitation.reveal(),
            url: &invited.url,
            expires_at: moment(invited.expires_at),
        }
    }

    /// For people.
    pub(crate) fn describe(&self, username: &str) -> String {
        let picture = qr(self.url)
            .filter(|_| is_terminal())
            .map_or_else(String::new, |qr| format!("\n{qr}\n"));
        format!(
            "Invitation for a phone of {username}, good once and until {}:\n\n  {}\n{picture}\n\
             Enrol with: countersign-authenticator enroll '{}'\n\
             Hand it to nobody else: whoever has it can sign in as {username}.",
            self.expires_at, self.url, self.url
        )
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct UserItem {
    id: String,
    username: String,
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    status: &'static str,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_at: Option<String>,
}

#[derive(Serialize)]
struct UserWithPhones {
    #[serde(flatten)]
    user: UserItem,
    authenticators: Vec<AuthenticatorItem>,
}

impl From<&User> for UserItem {
    fn from(user: &User) -> Self {
        Self {
            id: user.id.to_string(),
            username: user.username.to_string(),
            role: user.role.as_str(),
            name: user.name.clone(),
            status: if user.disabled_at.is_some() {
                "disabled"
            } else {
                "enabled"
            },
            created_at: moment(user.created_at),
            disabled_at: user.disabled_at.map(moment),
        }
    }
}

impl UserItem {
    fn style(&self) -> anstyle::Style {
        if self.disabled_at.is_some() { BAD } else { GOOD }
    }

    fn describe(&self) -> String {
        let style = self.style();
        format!(
            "{style}{}{style:#}  {}\nname     {}\nrole     {}\nid       {}\ncreated  {}",
            self.status,
            plain(&self.username),
            self.name.as_deref().map_or_else(|| "-".to_owned(), plain),
            self.role,
            self.id,
            self.created_at,
        )
    }
}

fn table(items: &[UserItem]) -> String {
    let mut table = Table::new(
        ["USERNAME", "STATUS", "ROLE", "NAME", "ID", "CREATED"],
        "There are no people yet.",
    );
    for item in items {
        table.row([
            Cell::from(&item.username),
            Cell::styled(item.status, item.style()),
            Cell::from(item.role),
            Cell::from(item.name.as_deref().unwrap_or("-")),
            Cell::from(&item.id),
            Cell::from(&item.created_at),
        ]);
    }
    table.text()
}
