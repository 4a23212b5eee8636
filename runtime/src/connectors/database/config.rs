//! The configuration of a database.

use std::time::Duration;

use crate::params::{Reader, Secret, Unit};
use crate::yaml::Node;
use crate::{choices, params};

choices! {
    /// The kind of a database server.
    pub enum EngineName {
        /// A file, or memory.
        Sqlite = "sqlite",
        /// PostgreSQL.
        PostgreSql = "postgresql",
        /// MySQL or MariaDB.
        MySql = "mysql",
    }
}

choices! {
    /// Whether a connection is encrypted.
    pub enum TlsMode {
        /// Never.
        Off = "off",
        /// If the server offers it.
        Prefer = "prefer",
        /// Always, whoever the server is.
        Require = "require",
        /// Always, with a certificate for the server's name.
        Verify = "verify",
    }
}

choices! {
    /// What DECIMAL columns become.
    pub enum DecimalForm {
        /// `str`
        Text = "string",
        /// `decimal.Decimal`
        Decimal = "decimal",
    }
}

params! {
    /// A database.
    pub struct DatabaseConfig {
        /// The kind of server.
        "engine" engine: EngineName,
        /// Host name or address.
        "host" host: Option<String> [optional()],
        /// Port; default: the usual one of the engine.
        "port" port: Option<u16> [optional(), int(1, 65_535)],
        /// Name of the database.
        "database" database: Option<String> [optional()],
        /// User.
        "user" user: Option<String> [optional()],
        /// Password.
        "password" password: Option<Secret> [optional()],
        /// Whether the connection is encrypted.
        "tls" tls: TlsMode [default("prefer")],
        /// SQLite: the file, or `:memory:` for one private connection.
        "path" path: Option<String> [optional()],
        /// Longest time to connect, and of one statement. The product allows at most 30 s.
        "timeout" timeout: Duration [default("5s"), duration(Unit::Second, 1, u64::MAX), documented(1, 30_000)],
        /// Most connections.
        "pool" pool: u32 [default("10"), int(1, 1_000)],
        /// What DECIMAL and NUMERIC columns become.
        "decimals" decimals: DecimalForm [default("string")],
        /// Statements that run once at the start.
        "init" init: Vec<String> [default("[]")],
    }
    check = check;
}

/// Which of the properties belong together.
fn check(config: &DatabaseConfig, reader: &mut Reader<'_>, node: &Node) {
    let required: &[(&str, bool)] = match config.engine {
        EngineName::Sqlite => &[("path", config.path.is_some())],
        EngineName::PostgreSql | EngineName::MySql => {
            &[("host", config.host.is_some()), ("database", config.database.is_some())]
        }
    };
    for (name, _) in required.iter().filter(|(_, given)| !given) {
        let message = format!("a database with engine `{}` needs `{name}`", config.engine.text());
        reader.error(crate::diagnostic::Code::SHAPE, node.span, message);
    }
}
