//! `watch`: every request the moment it arrives, and the answer to it.

use std::collections::{BTreeSet, VecDeque};
use std::ops::ControlFlow;

use countersign_protocol::ErrorCode;
use countersign_protocol::approval::{ApprovalItem, ApprovalStatus, Decision, Settled};
use serde_json::json;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::World;
use super::args::{Auto, WatchArgs};
use super::decide::outcome;
use super::dialogue::{Dialogue, Reply};
use crate::render::{headline, neutralise, status};
use crate::{Answer, Authenticator, Error, Notice, Pace};

pub(super) async fn run(world: &World<'_>, args: &WatchArgs) -> Result<(), Error> {
    let phone = world.authenticator()?;
    let asks = args.auto.is_none() && !args.json && world.output.can_ask();
    if let Some(auto) = args.auto {
        let word = if auto == Auto::Approve {
            "APPROVED"
        } else {
            "DENIED"
        };
        world.output.shout(&format!(
            "WARNING: --auto is on: every request to {} is {word} without a person looking at it.",
            neutralise(&phone.account().username)
        ))?;
    } else if asks {
        world.output.note("Waiting for requests. Ctrl-C ends.")?;
    }
    let mut notices = notices(&phone);
    let mut lines = if asks { Some(lines()) } else { None };
    let mut desk = Desk::new(world, args, phone, asks);
    loop {
        let flow = tokio::select! {
            notice = notices.recv() => match notice {
                Some(notice) => desk.take(notice?).await?,
                None => ControlFlow::Break(()),
            },
            line = next_line(&mut lines) => match line {
                Some(line) => desk.read(&line).await?,
                // End of input: nobody is there to ask any more.
                None => ControlFlow::Break(()),
            },
        };
        if flow.is_break() {
            return Ok(());
        }
    }
}

/// The requests on the desk: at most one is being asked about, the others wait in the order of their arrival.
struct Desk<'a> {
    world: &'a World<'a>,
    args: &'a WatchArgs,
    phone: Authenticator,
    asks: bool,
    waiting: VecDeque<ApprovalItem>,
    open: Option<(ApprovalItem, Dialogue)>,
    /// Decided here: that they are settled is no news.
    decided: BTreeSet<Uuid>,
    /// A question vanished; a line that was meant for it must not answer the next one.
    paused: bool,
}

impl<'a> Desk<'a> {
    fn new(world: &'a World<'a>, args: &'a WatchArgs, phone: Authenticator, asks: bool) -> Self {
        Self {
            world,
            args,
            phone,
            asks,
            waiting: VecDeque::new(),
            open: None,
            decided: BTreeSet::new(),
            paused: false,
        }
    }

    async fn take(&mut self, notice: Notice) -> Result<ControlFlow<()>, Error> {
        match notice {
            Notice::Arrived(item) => return self.arrived(*item).await,
            Notice::Settled(settled) => self.settled(&settled)?,
            Notice::Withdrawn(id) => self.gone(id, "has ended")?,
            Notice::Interrupted { problem, again_in } => {
                self.world.output.problem(&problem)?;
                self.world
                    .output
                    .note(&format!("Trying again in {:.1} s.", again_in.as_secs_f32()))?;
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    async fn arrived(&mut self, item: ApprovalItem) -> Result<ControlFlow<()>, Error> {
        if self.args.json {
            self.world
                .output
                .json_line(&json!({ "event": "approval", "data": item }))?;
        } else if !self.asks {
            self.show(&item)?;
        }
        if let Some(auto) = self.args.auto {
            return self.answer_unasked(&item, auto).await;
        }
        if self.asks {
            self.queue(item)?;
        }
        Ok(ControlFlow::Continue(()))
    }

    fn settled(&mut self, settled: &Settled) -> Result<(), Error> {
        if self.args.json {
            return self
                .world
                .output
                .json_line(&json!({ "event": "settled", "data": settled }));
        }
        self.gone(settled.id, &format!("is settled: {}", status(settled.status)))
    }

    /// Takes a request off the desk that somebody else has answered or nobody answered in time.
    fn gone(&mut self, id: Uuid, how: &str) -> Result<(), Error> {
        if self.decided.remove(&id) {
            return Ok(());
        }
        self.waiting.retain(|item| item.id != id);
        if self.open.take_if(|(item, _)| item.id == id).is_some() {
            self.paused = true;
            self.world.output.say("")?;
            self.world.output.note(&format!("Request {id} {how}."))?;
            return self.world.output.ask("Press Enter to go on.");
        }
        if !self.args.json {
            self.interject(&format!("Request {id} {how}."))?;
        }
        Ok(())
    }

    fn queue(&mut self, item: ApprovalItem) -> Result<(), Error> {
        let waits = self.open.is_some() || self.paused;
        let arrival = format!("Another request has arrived and is next: {}.", headline(&item));
        self.waiting.push_back(item);
        if waits {
            self.interject(&arrival)
        } else {
            self.ask_next()
        }
    }

    /// Says something while a question is open, and asks it again.
    fn interject(&self, text: &str) -> Result<(), Error> {
        let question = match &self.open {
            Some((_, dialogue)) => dialogue.question(),
            None if self.paused => "Press Enter to go on.".to_owned(),
            None => return self.world.output.note(text),
        };
        self.world.output.say("")?;
        self.world.output.note(text)?;
        self.world.output.ask(&question)
    }

    fn ask_next(&mut self) -> Result<(), Error> {
        if self.open.is_some() || self.paused {
            return Ok(());
        }
        let Some(item) = self.waiting.pop_front() else {
            return Ok(());
        };
        self.show(&item)?;
        let dialogue = Dialogue::new(&item, self.args.code.as_deref());
        self.world.output.ask(&dialogue.question())?;
        self.open = Some((item, dialogue));
        Ok(())
    }

    /// A line that the person typed.
    async fn read(&mut self, line: &str) -> Result<ControlFlow<()>, Error> {
        let Some((item, mut dialogue)) = self.open.take() else {
            self.paused = false;
            self.ask_next()?;
            return Ok(ControlFlow::Continue(()));
        };
        match dialogue.read(line) {
            Reply::Ask => {
                self.world.output.ask(&dialogue.question())?;
                self.open = Some((item, dialogue));
            }
            Reply::Later => {
                self.world
                    .output
                    .note(&format!("Left for later; see `approve {}`.", item.id))?;
                self.ask_next()?;
            }
            Reply::Decided(answer) => return self.answer_asked(item, &answer).await,
        }
        Ok(ControlFlow::Continue(()))
    }

    async fn answer_asked(&mut self, item: ApprovalItem, answer: &Answer) -> Result<ControlFlow<()>, Error> {
        match self.decide(&item, answer).await {
            Ok(()) if self.args.once => return Ok(ControlFlow::Break(())),
            Ok(()) => {}
            Err(error) => {
                self.world.output.problem(&error)?;
                if may_try_again(&error) {
                    let dialogue = Dialogue::new(&item, None);
                    self.world.output.ask(&dialogue.question())?;
                    self.open = Some((item, dialogue));
                }
            }
        }
        self.ask_next()?;
        Ok(ControlFlow::Continue(()))
    }

    async fn answer_unasked(&mut self, item: &ApprovalItem, auto: Auto) -> Result<ControlFlow<()>, Error> {
        let answer = match auto {
            Auto::Approve => Answer {
                code: self.args.code.clone(),
                ..Answer::approve()
            },
            Auto::Deny => Answer::deny(),
        };
        match self.decide(item, &answer).await {
            Ok(()) => {
                let word = if answer.decision == Decision::Approved {
                    "approved"
                } else {
                    "denied"
                };
                self.world
                    .output
                    .shout(&format!("--auto: {word} {} without a person.", item.id))?;
            }
            Err(error) if self.args.once => return Err(error),
            Err(error) => self.world.output.problem(&error)?,
        }
        Ok(if self.args.once {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        })
    }

    async fn decide(&mut self, item: &ApprovalItem, answer: &Answer) -> Result<(), Error> {
        let decided = self.phone.decide(item, answer).await?;
        if decided.status != ApprovalStatus::Pending {
            self.decided.insert(item.id);
        }
        if self.args.json {
            return self
                .world
                .output
                .json_line(&json!({ "event": "decided", "data": decided }));
        }
        self.world.output.say(&outcome(item, &decided))
    }

    fn show(&self, item: &ApprovalItem) -> Result<(), Error> {
        self.world.output.say(&self.world.describe(&self.phone, item))
    }
}

/// Whether the person may answer the same request once more, for example after a mistyped code.
fn may_try_again(error: &Error) -> bool {
    match error {
        Error::Refused(refusal) => !refusal.is(ErrorCode::Conflict) && !refusal.is(ErrorCode::NotFound),
        Error::Usage(_) | Error::CodeDiffers | Error::Unreachable { .. } => true,
        _ => false,
    }
}

/// Runs the watcher beside the conversation: what arrives is never lost because a line is being typed.
fn notices(phone: &Authenticator) -> mpsc::Receiver<Result<Notice, Error>> {
    let (sender, receiver) = mpsc::channel(16);
    let mut watcher = phone.watch(Pace::default());
    tokio::spawn(async move {
        loop {
            let notice = watcher.next().await;
            let ended = notice.is_err();
            if sender.send(notice).await.is_err() || ended {
                return;
            }
        }
    });
    receiver
}

/// Lines of standard input, from a thread of their own: a read from a terminal cannot be called off.
fn lines() -> mpsc::Receiver<String> {
    let (sender, receiver) = mpsc::channel(1);
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if sender.blocking_send(line).is_err() {
                return;
            }
        }
    });
    receiver
}

async fn next_line(lines: &mut Option<mpsc::Receiver<String>>) -> Option<String> {
    match lines {
        Some(lines) => lines.recv().await,
        None => std::future::pending().await,
    }
}
