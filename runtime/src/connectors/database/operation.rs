//! What the operations share: the statement with its values, and the connection it runs on.

use std::sync::Arc;
use std::time::Duration;

use dataway_lang::Document;

use super::pool::Database;
use super::session::Session;
use super::sql::Statement;
use crate::diagnostic::Code;
use crate::engine::transaction::Joined;
use crate::engine::{BoxFuture, Builder, Run, Transaction};
use crate::expr::{Form, Param};
use crate::message::{Fault, Message};
use crate::params::{ConfigRef, Reader, Unit};

/// Longest timeout of an operation, in milliseconds: a day.
pub const MAX_TIMEOUT: u64 = 86_400_000;

/// The SQL of an operation.
enum Sql {
    /// Literal, cut when the step was built.
    Literal(Statement),
    /// Different at each execution.
    Computed(Param),
}

/// A statement that can be executed.
pub struct Call {
    /// The database.
    pub database: Arc<Database>,
    config: Arc<str>,
    sql: Sql,
    params: Option<Param>,
    timeout: Option<Param>,
}

/// The transaction of a `try` step on one database.
struct Local(Session);

impl Transaction for Local {
    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<(), Fault>> {
        Box::pin(self.0.commit())
    }

    fn rollback(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(self.0.rollback())
    }
}

/// The connection of one execution: of its own, or that of the transaction around the step.
pub enum Access<'a> {
    /// Of its own.
    Own(Session),
    /// Of the transaction.
    Joined(Joined<'a>),
}

impl Access<'_> {
    /// The connection.
    ///
    /// # Errors
    /// A defect.
    pub fn session(&mut self) -> Result<&mut Session, Fault> {
        match self {
            Access::Own(session) => Ok(session),
            Access::Joined(joined) => {
                let local = joined.downcast::<Local>().map(|local| &mut local.0);
                local.ok_or_else(|| Fault::internal("a transaction of another kind"))
            }
        }
    }

    /// Gives the connection back, unless the statement on it did not end.
    pub fn end<T>(self, result: Result<T, Fault>) -> Result<T, Fault> {
        let lost = matches!(&result, Err(fault) if fault.code == "DB:TIMEOUT");
        if let (Access::Own(session), false) = (self, lost) {
            session.release();
        }
        result
    }
}

impl Call {
    /// The statement of a step.
    ///
    /// # Errors
    /// That the configuration is not open, the SQL is not one statement, or a parameter has no value.
    pub fn new(
        config: &ConfigRef,
        sql: &Param,
        params: Option<&Param>,
        timeout: Option<&Param>,
        builder: &Builder<'_>,
    ) -> Result<Call, String> {
        let database = builder.resource::<Database>(&config.name)?;
        let sql = match sql.constant.as_ref().and_then(Document::as_str) {
            None => Sql::Computed(sql.clone()),
            Some(text) => {
                let statement = Statement::parse(text, database.dialect()).map_err(|error| error.message)?;
                if let Some(missing) = params.and_then(|params| missing(&statement, params)) {
                    return Err(format!("DB:PARAMETER: `params` has no value for :{missing}"));
                }
                Sql::Literal(statement)
            }
        };
        let config = config.name.as_str().into();
        Ok(Call { database, config, sql, params: params.cloned(), timeout: timeout.cloned() })
    }

    /// The statement for a message.
    ///
    /// # Errors
    /// The fault of an expression; `DB:SYNTAX`.
    pub async fn statement(&self, run: &Run, message: &Message) -> Result<Statement, Fault> {
        match &self.sql {
            Sql::Literal(statement) => Ok(statement.clone()),
            Sql::Computed(param) => {
                let text = param.text(run, message).await?;
                Statement::parse(&text, self.database.dialect()).map_err(|error| Fault::new("DB:SYNTAX", error.message))
            }
        }
    }

    /// The text with placeholders and its values, for a message.
    ///
    /// # Errors
    /// The fault of an expression; `DB:SYNTAX`, `DB:PARAMETER`.
    pub async fn bound(&self, run: &Run, message: &Message) -> Result<(String, Vec<Document>), Fault> {
        let statement = self.statement(run, message).await?;
        let params = match &self.params {
            Some(params) => params.evaluate(run, message).await?,
            None => Document::None,
        };
        bind(&statement, &params)
    }

    /// The longest time of the statement.
    ///
    /// # Errors
    /// The fault of an expression.
    pub async fn timeout(&self, run: &Run, message: &Message) -> Result<Duration, Fault> {
        match &self.timeout {
            Some(timeout) => timeout.duration(run, message, Unit::Second, 1..=MAX_TIMEOUT).await,
            None => Ok(self.database.timeout()),
        }
    }

    /// A connection: that of the local transaction, if there is one.
    ///
    /// # Errors
    /// `DB:CONNECT`, `DB:AUTH`, `DB:POOL`.
    pub async fn access<'a>(&self, run: &'a Run) -> Result<Access<'a>, Fault> {
        let Some(transactions) = run.transactions() else {
            return self.database.connect().await.map(Access::Own);
        };
        let database = Arc::clone(&self.database);
        let begin = async move || Ok(Box::new(Local(database.begin().await?)) as Box<dyn Transaction>);
        transactions.join(&self.config, begin).await.map(Access::Joined)
    }
}

/// The text with placeholders and its values.
///
/// # Errors
/// `DB:PARAMETER` for a parameter without a value; `CORE:TYPE` if the parameters are no dict.
pub fn bind(statement: &Statement, params: &Document) -> Result<(String, Vec<Document>), Fault> {
    if !params.is_none() && params.as_dict().is_none() {
        return Err(Fault::wrong_type(format!("`params` must be a dict, not {}", params.type_name())));
    }
    let bound = statement.bind(|name| params.get(name));
    bound.map_err(|name| Fault::new("DB:PARAMETER", format!("`params` has no value for :{name}")))
}

/// The first parameter that a literal dict has no key for; its values may be expressions.
fn missing<'a>(statement: &'a Statement, params: &Param) -> Option<&'a str> {
    let known: Vec<&str> = match (&params.constant, &params.form) {
        (Some(Document::Dict(dict)), _) => dict.keys().iter().filter_map(Document::as_str).collect(),
        (None, Form::Map(entries)) => entries.iter().filter_map(|(key, _)| key.as_str()).collect(),
        _ => return None,
    };
    statement.names().find(|name| !known.contains(name))
}

/// Reports SQL that is computed: values belong into parameters, not into the text.
pub fn check_sql(sql: &Param, reader: &mut Reader<'_>) {
    if sql.constant.is_none() {
        let message = "`sql` is computed: whoever controls the text controls the database; write literal SQL with `:name` parameters";
        reader.hint(Code::MODE, sql.span, message);
    }
}
