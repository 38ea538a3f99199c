//! When a connection is opened, kept, followed by another and given up. Pure: time and chance are arguments.

use std::collections::BTreeMap;

/// Number of a connection, in the order in which they were opened.
pub(super) type SocketNumber = u64;

/// Milliseconds of pause after the first failure; doubled by each further one.
const PAUSE_FIRST: i64 = 200;
const PAUSE_MAX: i64 = 60_000;
/// Doublings of the pause after which it is beyond its bound.
const DOUBLINGS_MAX: u32 = 9;
/// A connection that lived for so long was a good one: the next failure is a first one.
const GOOD_AFTER: i64 = 30_000;
/// We send a ping after so long; the official clients do about once a minute.
const PING_EVERY: i64 = 30_000;
/// Nothing heard for so long: the connection is dead although nobody says so. Two pings went unanswered.
const SILENT_MAX: i64 = 75_000;
/// DingTalk closes a connection ten seconds after it announced that; beyond this we do.
const LEAVING_MAX: i64 = 15_000;
/// Opening takes at most this long, ticket and handshake together.
const OPENING_MAX: i64 = 25_000;

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StreamAction {
    /// Ask for a ticket, and connect; then say `opened` or `failed`.
    Open(SocketNumber),
    /// Send a ping.
    Ping(SocketNumber),
    /// Drop the connection.
    Close(SocketNumber),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SocketState {
    Opening,
    /// Events arrive.
    Serving,
    /// Its end was announced. Events still arrive.
    Leaving,
}

#[derive(Debug, Clone, Copy)]
struct Socket {
    state: SocketState,
    since: i64,
    heard: i64,
    pinged: i64,
}

/// The connections of one stream. At most one serves or is being opened, beside those that are leaving. Times are
/// milliseconds since the epoch.
#[derive(Debug, Default)]
pub(super) struct StreamSession {
    sockets: BTreeMap<SocketNumber, Socket>,
    last: SocketNumber,
    failures: u32,
    not_before: i64,
}

impl StreamSession {
    /// What is due now.
    pub(super) fn due_actions(&mut self, now: i64) -> Vec<StreamAction> {
        let mut actions = Vec::new();
        for (number, socket) in &mut self.sockets {
            let age = now - socket.since;
            match socket.state {
                SocketState::Opening if age >= OPENING_MAX => {
                    actions.push(StreamAction::Close(*number));
                }
                SocketState::Leaving if age >= LEAVING_MAX => {
                    actions.push(StreamAction::Close(*number));
                }
                SocketState::Serving if now - socket.heard >= SILENT_MAX => {
                    actions.push(StreamAction::Close(*number));
                }
                SocketState::Serving if now - socket.pinged >= PING_EVERY => {
                    socket.pinged = now;
                    actions.push(StreamAction::Ping(*number));
                }
                _ => {}
            }
        }
        let wanted = !self.sockets.values().any(Socket::is_wanted);
        if wanted && now >= self.not_before {
            self.last += 1;
            let opening = Socket {
                state: SocketState::Opening,
                since: now,
                heard: now,
                pinged: now,
            };
            self.sockets.insert(self.last, opening);
            actions.push(StreamAction::Open(self.last));
        }
        actions
    }

    /// When something is due next without anything happening.
    pub(super) fn next_due(&self, now: i64) -> i64 {
        let sockets = self.sockets.values().map(Socket::next_due);
        let wanted = !self.sockets.values().any(Socket::is_wanted);
        let open = wanted.then_some(self.not_before);
        let due = sockets.chain(open).min().unwrap_or(now + PING_EVERY);
        due.max(now)
    }

    /// The connection is open.
    pub(super) fn opened(&mut self, number: SocketNumber, now: i64) {
        if let Some(socket) = self.sockets.get_mut(&number)
            && socket.state == SocketState::Opening
        {
            (socket.state, socket.since) = (SocketState::Serving, now);
            (socket.heard, socket.pinged) = (now, now);
        }
    }

    /// Something came over the connection.
    pub(super) fn heard(&mut self, number: SocketNumber, now: i64) {
        if let Some(socket) = self.sockets.get_mut(&number) {
            socket.heard = now;
        }
    }

    /// DingTalk announces the end of the connection: the next one is opened at once, and this one kept as long as it lasts.
    pub(super) fn announced_end(&mut self, number: SocketNumber, now: i64) {
        let Some(socket) = self.sockets.get_mut(&number) else {
            return;
        };
        if socket.state != SocketState::Serving {
            return;
        }
        if now - socket.since >= GOOD_AFTER {
            self.failures = 0;
        }
        (socket.state, socket.since) = (SocketState::Leaving, now);
        // At once, unless announcements follow each other.
        let pause = if self.failures == 0 { 0 } else { self.pause() };
        self.failures = self.failures.saturating_add(1);
        self.not_before = now + pause;
    }

    /// The connection has ended, or could not be opened. `chance` is any random number; `at_least` is a pause that DingTalk
    /// asked for, in milliseconds.
    pub(super) fn ended(&mut self, number: SocketNumber, now: i64, chance: u64, at_least: i64) {
        let Some(socket) = self.sockets.remove(&number) else {
            return;
        };
        if socket.state == SocketState::Leaving {
            return;
        }
        if socket.state == SocketState::Serving && now - socket.since >= GOOD_AFTER {
            self.failures = 0;
        }
        let pause = self.pause();
        self.failures = self.failures.saturating_add(1);
        let spread = i64::try_from(chance % (pause.unsigned_abs() / 2 + 1)).unwrap_or(0);
        self.not_before = now + (pause + spread).max(at_least);
    }

    fn pause(&self) -> i64 {
        (PAUSE_FIRST << self.failures.min(DOUBLINGS_MAX)).min(PAUSE_MAX)
    }

    /// Whether events arrive over some connection.
    pub(super) fn is_connected(&self) -> bool {
        self.sockets
            .values()
            .any(|socket| socket.state != SocketState::Opening)
    }
}

impl Socket {
    /// No other one is needed while this one is there.
    fn is_wanted(&self) -> bool {
        self.state != SocketState::Leaving
    }

    fn next_due(&self) -> i64 {
        match self.state {
            SocketState::Opening => self.since + OPENING_MAX,
            SocketState::Leaving => self.since + LEAVING_MAX,
            SocketState::Serving => (self.pinged + PING_EVERY).min(self.heard + SILENT_MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn serving(session: &mut StreamSession, now: i64) -> SocketNumber {
        let actions = session.due_actions(now);
        let Some(StreamAction::Open(number)) = actions.last().copied() else {
            panic!("{actions:?}");
        };
        session.opened(number, now);
        number
    }

    #[test]
    fn the_next_connection_is_opened_before_an_announced_end() {
        let mut session = StreamSession::default();
        let first = serving(&mut session, 0);
        assert!(session.due_actions(1).is_empty());
        session.announced_end(first, 100);
        assert_eq!(session.due_actions(100), [StreamAction::Open(2)]);
        assert!(session.is_connected(), "the first one still serves");
        session.opened(2, 400);
        session.ended(first, 10_100, 0, 0);
        assert!(session.is_connected() && session.due_actions(10_100).is_empty());
    }

    #[test]
    fn pauses_grow_and_are_forgotten_after_a_good_connection() {
        let mut session = StreamSession::default();
        let (mut now, mut pauses) = (0, Vec::new());
        for _ in 0..12 {
            let due = session.next_due(now);
            pauses.push(due - now);
            now = due;
            let [StreamAction::Open(number)] = session.due_actions(now)[..] else {
                panic!("not opened");
            };
            session.ended(number, now, u64::MAX, 0);
        }
        assert!(pauses[1] >= 200 && pauses[1] <= 300, "{pauses:?}");
        assert!(pauses[11] >= 60_000 && pauses[11] <= 90_000, "{pauses:?}");
        now = session.next_due(now);
        let number = serving(&mut session, now);
        session.ended(number, now + GOOD_AFTER, 0, 0);
        assert_eq!(
            session.next_due(now + GOOD_AFTER),
            now + GOOD_AFTER + PAUSE_FIRST
        );
        session.due_actions(now + GOOD_AFTER + PAUSE_FIRST);
        session.ended(number + 1, now + 40_000, 0, 300_000);
        assert_eq!(
            session.next_due(now + 40_000),
            now + 340_000,
            "a ban is waited for"
        );
    }

    #[test]
    fn a_silent_connection_is_given_up_after_two_pings() {
        let mut session = StreamSession::default();
        let number = serving(&mut session, 0);
        assert_eq!(session.next_due(0), PING_EVERY);
        assert_eq!(session.due_actions(30_000), [StreamAction::Ping(number)]);
        assert_eq!(session.due_actions(60_000), [StreamAction::Ping(number)]);
        assert_eq!(session.due_actions(75_000), [StreamAction::Close(number)]);
        session.heard(number, 75_001);
        assert!(session.due_actions(75_002).is_empty());
    }

    #[test]
    fn announcements_in_a_row_do_not_open_connections_in_a_row() {
        let mut session = StreamSession::default();
        let mut opened = 0;
        for now in 0..2_000 {
            for action in session.due_actions(now) {
                if let StreamAction::Open(number) = action {
                    opened += 1;
                    session.opened(number, now);
                    session.announced_end(number, now);
                }
            }
        }
        assert!(opened <= 5, "{opened} in two seconds");
    }

    proptest! {
        #[test]
        fn at_most_one_is_wanted_and_none_is_forgotten(steps in prop::collection::vec((0_u8..5, 1_u64..6, 0_i64..20_000), 1..80)) {
            let (mut session, mut now) = (StreamSession::default(), 0);
            for (what, number, passed) in steps {
                now += passed;
                match what {
                    0 => session.opened(number, now),
                    1 => session.announced_end(number, now),
                    2 => session.ended(number, now, passed.unsigned_abs(), 0),
                    3 => session.heard(number, now),
                    _ => {}
                }
                for action in session.due_actions(now) {
                    if let StreamAction::Close(number) = action {
                        session.ended(number, now, 0, 0);
                    }
                }
                let wanted = session.sockets.values().filter(|socket| socket.is_wanted()).count();
                prop_assert!(wanted <= 1);
                prop_assert!(wanted == 1 || session.next_due(now) <= now + 2 * PAUSE_MAX, "it is tried again");
            }
        }
    }
}
