//! Server-sent events (WHATWG HTML §9.2): from bytes to events, with a bound on what is kept.

/// The largest event that is kept, in bytes, over all of its lines.
pub(crate) const MAX_EVENT: usize = 256 * 1024;

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct SseEvent {
    /// `event:`, or empty for the default type `message`.
    pub(crate) name: String,
    /// The `data:` lines, joined by line feeds.
    pub(crate) data: String,
    /// The last `id:` that the stream named so far.
    pub(crate) id: Option<String>,
}

/// The stream sends an event that is larger than [`MAX_EVENT`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an event is larger than 256 KiB")]
pub(crate) struct EventTooLarge;

/// Reads a stream piece by piece; lines may be cut anywhere.
#[derive(Debug, Default)]
pub(crate) struct SseParser {
    line: Vec<u8>,
    event: SseEvent,
    has_data: bool,
    after_cr: bool,
    past_start: bool,
}

impl SseParser {
    /// Reads the next piece and returns the events that it completes.
    pub(crate) fn push(&mut self, piece: &[u8]) -> Result<Vec<SseEvent>, EventTooLarge> {
        let mut events = Vec::new();
        for &byte in piece {
            let after_cr = std::mem::replace(&mut self.after_cr, byte == b'\r');
            match byte {
                // The second half of CRLF: the line has ended already.
                b'\n' if after_cr => {}
                b'\n' | b'\r' => events.extend(self.end_line()),
                _ => self.keep(byte)?,
            }
        }
        Ok(events)
    }

    fn keep(&mut self, byte: u8) -> Result<(), EventTooLarge> {
        if self.line.len() + self.event.data.len() >= MAX_EVENT {
            return Err(EventTooLarge);
        }
        self.line.push(byte);
        Ok(())
    }

    fn end_line(&mut self) -> Option<SseEvent> {
        let bytes = std::mem::take(&mut self.line);
        let text = String::from_utf8_lossy(&bytes);
        let first = !std::mem::replace(&mut self.past_start, true);
        let line = if first {
            text.strip_prefix('\u{feff}').unwrap_or(&text)
        } else {
            &text
        };
        if line.is_empty() {
            return self.dispatch();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        self.field(field, value.strip_prefix(' ').unwrap_or(value));
        None
    }

    /// An empty field name is a comment: it only keeps the connection open. `retry` is ours to decide.
    fn field(&mut self, field: &str, value: &str) {
        match field {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "id" if !value.contains('\0') => self.event.id = Some(value.to_owned()),
            _ => {}
        }
    }

    fn dispatch(&mut self) -> Option<SseEvent> {
        let next = SseEvent {
            id: self.event.id.clone(),
            ..SseEvent::default()
        };
        let event = std::mem::replace(&mut self.event, next);
        std::mem::take(&mut self.has_data).then_some(event)
    }
}

#[cfg(test)]
mod tests {
    use super::{EventTooLarge, MAX_EVENT, SseEvent, SseParser};

    fn event(name: &str, data: &str, id: Option<&str>) -> SseEvent {
        SseEvent {
            name: name.into(),
            data: data.into(),
            id: id.map(Into::into),
        }
    }

    fn parse(text: &str) -> Vec<SseEvent> {
        SseParser::default().push(text.as_bytes()).unwrap()
    }

    #[test]
    fn fields_comments_and_line_ends_are_read_as_the_standard_says() {
        let stream = "\u{feff}: hello\nevent: approval\r\nid: 7\rdata:{\"a\":\ndata: 1}\nunknown: x\n\n";
        assert_eq!(parse(stream), [event("approval", "{\"a\":\n1}", Some("7"))]);
    }

    #[test]
    fn an_event_without_data_is_not_dispatched_but_its_id_stays() {
        assert_eq!(
            parse("id: 8\nevent: x\n\ndata: y\n\n"),
            [event("", "y", Some("8"))]
        );
    }

    #[test]
    fn an_id_with_nul_is_ignored_and_an_unfinished_event_is_not_dispatched() {
        assert_eq!(parse("id: 1\0\ndata: a\n\ndata: b\n"), [event("", "a", None)]);
    }

    #[test]
    fn a_stream_cut_at_every_byte_gives_the_same_events() {
        let stream = "event: ä\r\ndata: 1\r\n\r\ndata\n\n:c\n\nid\ndata: 2\r\r";
        let mut parser = SseParser::default();
        let bytewise: Vec<_> = stream
            .bytes()
            .flat_map(|byte| parser.push(&[byte]).unwrap())
            .collect();
        assert_eq!(bytewise, parse(stream));
        assert_eq!(
            bytewise,
            [
                event("ä", "1", None),
                event("", "", None),
                event("", "2", Some(""))
            ]
        );
    }

    #[test]
    fn an_endless_line_and_endless_data_are_refused() {
        let mut parser = SseParser::default();
        assert_eq!(parser.push(&vec![b'x'; MAX_EVENT + 1]), Err(EventTooLarge));
        let mut parser = SseParser::default();
        let refused = (0..MAX_EVENT).find_map(|_| {
            parser
                .push(b"data: 0123456789012345678901234567890123456789\n")
                .err()
        });
        assert_eq!(refused, Some(EventTooLarge));
    }
}
