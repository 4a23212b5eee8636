//! `app.yaml`: identity, language settings, configurations, defaults of runs, log, admin (part 1, section 3).

use std::sync::Arc;
use std::time::Duration;

use dataway_lang::Profile;
use dataway_lang::source::Span;
use dataway_lang::value::civil::RunZone;

use crate::diagnostic::Code;
use crate::params::{
    AnyParams, Context, Description, Literal, Named, Reader, Secret, Shape, Size, Spanned, Syntax, SyntaxError, Unit,
    Value, nearest,
};
use crate::registry;
use crate::yaml::{Kind, Node};
use crate::{choices, params};

/// The version of the file format that is known.
const FORMAT: i64 = 1;

/// The name of an app.
static APP_NAME: Syntax = Syntax {
    name: "app name",
    check: |text| {
        let starts = text.starts_with(|c: char| c.is_ascii_lowercase());
        let all = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let message = "1 to 63 small ASCII letters, digits and `-`, starting with a letter";
        if starts && all && text.len() <= 63 { Ok(()) } else { whole(text, message) }
    },
};

/// The version of an app.
static VERSION: Syntax = Syntax {
    name: "semantic version",
    check: |text| match semver::Version::parse(text) {
        Ok(_) => Ok(()),
        Err(error) => whole(text, format!("{error}; write for example `1.0.0`")),
    },
};

/// A time zone.
pub static ZONE: Syntax = Syntax {
    name: "time zone",
    check: |text| match zone(text) {
        Some(_) => Ok(()),
        None => whole(text, "write an IANA name such as `Asia/Shanghai`, or `+08:00`"),
    },
};

/// An error about the whole of a text.
fn whole(text: &str, message: impl Into<String>) -> Result<(), SyntaxError> {
    Err(SyntaxError { message: message.into(), span: 0..text.len() })
}

/// The zone of that name: IANA or `±HH:MM`.
#[must_use]
pub fn zone(text: &str) -> Option<RunZone> {
    let offset = text.starts_with(['+', '-']);
    RunZone::parse(&if offset { format!("UTC{text}") } else { text.to_owned() }).ok()
}

params! {
    /// An integration app: its identity, language settings, connector configurations and defaults.
    pub struct AppFile {
        /// Version of this file format.
        "format" format: Spanned<i64> [default("1"), int(1, i64::MAX)],
        /// App name in logs, metrics and the admin API.
        "name" name: String [syntax(&APP_NAME)],
        /// Version of the app; part of every run record.
        "version" version: String [syntax(&VERSION)],
        /// What the app is for.
        "description" description: Option<String> [optional()],
        /// Settings of the language.
        "dataway" dataway: Language [default("{}")],
        /// Plain settings, read by `${config:…}`.
        "values" values: Option<Literal> [optional(), dict_of(&Shape::Any)],
        /// Connector configurations by name.
        "configs" configs: Named<Config> [default("{}")],
        /// Defaults for the runs of flows.
        "run" run: RunSettings [default("{}")],
        /// The run log.
        "log" log: LogSettings [default("{}")],
        /// The admin API.
        "admin" admin: InConfig<AdminSettings> [default("{}")],
    }
    check = check_format;
}

fn check_format(file: &AppFile, reader: &mut Reader<'_>, _node: &Node) {
    if file.format.value > FORMAT {
        let message = format!("format {} is newer than this program, which knows {FORMAT}", file.format.value);
        reader.error_help(Code::LIMITS, file.format.span, message, "use a newer version of `dataway`");
    }
}

choices! {
    /// The part of the language that an app may use.
    pub enum ProfileName {
        /// Only what is publicly documented.
        Core = "core",
        /// The whole language.
        Extended = "extended",
    }
}

impl ProfileName {
    /// The language's own name for it.
    #[must_use]
    pub fn profile(self) -> Profile {
        match self {
            ProfileName::Core => Profile::Core,
            ProfileName::Extended => Profile::Extended,
        }
    }
}

params! {
    /// Settings of the language; they apply to all expressions and scripts.
    pub struct Language {
        /// Language profile.
        "profile" profile: ProfileName [default("extended")],
        /// Zone of scripts, and of schedulers without their own zone.
        "timezone" timezone: String [default("+08:00"), syntax(&ZONE)],
        /// Limits of one evaluation of one expression or script.
        "limits" limits: ScriptLimits [default("{}")],
    }
}

params! {
    /// Limits of one evaluation of one expression or script.
    pub struct ScriptLimits {
        /// Longest time.
        "script-time" script_time: Duration [default("1s"), duration(Unit::Second, 1, 86_400_000)],
        /// Most memory for values that the script makes.
        "script-memory" script_memory: Size [default("100MiB")],
        /// Longest text of an expression or script.
        "script-length" script_length: Size [default("1MiB")],
        /// Deepest nesting of calls.
        "recursion" recursion: u32 [default("1000"), int(1, 1_000_000)],
        /// Largest result, estimated as it would be serialised.
        "result-size" result_size: Option<Size> [optional()],
        /// Most text that `print` may write.
        "log-size" log_size: Size [default("1MiB")],
    }
}

params! {
    /// Defaults for the runs of flows.
    pub struct RunSettings {
        /// Runs of one flow at the same time.
        "max-concurrency" max_concurrency: u32 [default("64"), int(1, 10_000)],
        /// Waiting runs of one flow.
        "queue" queue: u32 [default("256"), int(0, 1_000_000)],
        /// Longest wait in the queue.
        "queue-timeout" queue_timeout: Duration [default("30s")],
        /// Longest run; flows with an `http-listener` have `60s` unless something is said, others have none.
        "timeout" timeout: Option<Duration> [optional(), duration(Unit::Second, 1, u64::MAX)],
        /// How long a shutdown waits for runs to end.
        "drain" drain: Duration [default("30s")],
        /// Largest body, file or result that is held whole.
        "max-payload" max_payload: Size [default("64MiB")],
        /// Most memory for the values of one run, all branches together.
        "memory" memory: Size [default("512MiB")],
        /// Most step executions of one run.
        "max-steps" max_steps: u64 [default("1000000"), int(1, i64::MAX)],
        /// Async sub-flows in flight in the app.
        "async-max" async_max: u32 [default("1024"), int(1, 1_000_000)],
    }
}

choices! {
    /// Level of a log event.
    pub enum Level {
        /// Everything.
        Debug = "DEBUG",
        /// What happens.
        Info = "INFO",
        /// What somebody should look at.
        Warn = "WARN",
        /// What failed.
        Error = "ERROR",
    }
}

choices! {
    /// What the log keeps of messages.
    pub enum Trace {
        /// Nothing.
        None = "none",
        /// Input and output message of each step.
        Payloads = "payloads",
    }
}

params! {
    /// The run log.
    pub struct LogSettings {
        /// The lowest level that is stored.
        "level" level: Level [default("INFO")],
        /// How long rows are kept.
        "retention" retention: Duration [default("30d"), duration(Unit::Day, 1_000, u64::MAX)],
        /// Store each step's input and output message: `payloads`.
        "trace" trace: Trace [default("none")],
        /// Folder of the log, relative to the app.
        "dir" dir: String [default(".dataway")],
    }
}

params! {
    /// The admin API.
    pub struct AdminSettings {
        /// `host:port` to listen on, or `off`.
        "listen" listen: Spanned<String> [default("127.0.0.1:8090")],
        /// Token that clients must send; required when the address is not loopback.
        "token" token: Option<Secret> [optional()],
    }
    check = check_admin;
}

fn check_admin(admin: &AdminSettings, reader: &mut Reader<'_>, _node: &Node) {
    let listen = &admin.listen.value;
    if listen == "off" {
        return;
    }
    let Some((host, port)) = listen.rsplit_once(':').filter(|(_, port)| port.parse::<u16>().is_ok()) else {
        let message = format!("`listen` must be `host:port` or `off`, not `{listen}`");
        return reader.error(Code::SHAPE, admin.listen.span, message);
    };
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    let loopback = host == "localhost" || address.is_ok_and(|a| a.is_loopback());
    if !loopback && admin.token.is_none() {
        let message = format!("the admin address `{host}:{port}` is open to others and needs a `token`");
        let help = "add `token: \"${secret:ADMIN_TOKEN}\"`, or listen on 127.0.0.1";
        reader.error_help(Code::SHAPE, admin.listen.span, message, help);
    }
}

/// A configuration of a connector.
#[derive(Debug, Clone)]
pub struct Config {
    /// Its type.
    pub kind: &'static Description,
    /// The properties: the struct that the type declares.
    pub params: Arc<dyn AnyParams>,
    /// Where it stands.
    pub span: Span,
}

impl Config {
    /// The properties as the struct that the type declares.
    #[must_use]
    pub fn params<T: std::any::Any>(&self) -> Option<&T> {
        self.params.as_any().downcast_ref()
    }
}

impl Value for Config {
    const SHAPE: Shape = Shape::OneConfig;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<Config> {
        let Some(entries) = node.as_map() else {
            reader.misfit(node, shape);
            return None;
        };
        let Some(named) = node.get("type") else {
            let subject = reader.subject().to_owned();
            let known = registry::config_keys().collect::<Vec<_>>().join("`, `");
            let message = format!("the key `type` is missing in {subject}");
            reader.error_help(Code::SHAPE, crate::params::heading(node), message, format!("one of `{known}`"));
            return None;
        };
        let name = reader.about("`type`", |reader| String::read(named, &Shape::Text, reader))?;
        let Some(kind) = registry::config(&name) else {
            if registry::is_later(&name) {
                reader.error(Code::LATER_STAGE, named.span, format!("`{name}` is not implemented yet"));
                return None;
            }
            let help = nearest(&name, registry::config_keys()).unwrap_or_else(|| {
                format!("known types: `{}`", registry::config_keys().collect::<Vec<_>>().join("`, `"))
            });
            let message = format!("there is no configuration type `{name}`");
            reader.error_help(Code::CONFIG_TYPE, named.span, message, help);
            return None;
        };
        let rest = entries.iter().filter(|entry| entry.key.as_str() != Some("type")).cloned().collect();
        let properties = Node { span: node.span, kind: Kind::Map(rest) };
        let params = in_config(reader, |reader| (kind.read)(&properties, reader))?;
        Some(Config { kind, params, span: node.span })
    }
}

/// A mapping of `app.yaml` in which substitutions are made.
#[derive(Debug)]
pub struct InConfig<T>(pub T);

impl<T: Value> Value for InConfig<T> {
    const SHAPE: Shape = T::SHAPE;

    fn read(node: &Node, shape: &Shape, reader: &mut Reader<'_>) -> Option<InConfig<T>> {
        in_config(reader, |reader| T::read(node, shape, reader)).map(InConfig)
    }
}

fn in_config<T>(reader: &mut Reader<'_>, read: impl FnOnce(&mut Reader<'_>) -> T) -> T {
    let before = std::mem::replace(&mut reader.context, Context::Config);
    let made = read(reader);
    reader.context = before;
    made
}
