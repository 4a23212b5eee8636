//! `database.insert`, `database.update`, `database.delete`: statements that change something.
//!
//! They differ in what they tell: an insert also says the id of the row where the server gives one. `update` and `delete`
//! serve for all other statements too.

use dataway_lang::Document;

use super::operation::{Call, check_sql};
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;
use crate::params::{ConfigRef, Reader, Unit};
use crate::yaml::Node;

params! {
    /// Changes rows. The payload becomes `{"rowsAffected": n}`; an insert into MySQL or SQLite also tells `"lastId"`.
    pub struct ExecuteParams {
        /// The database.
        "config" config: ConfigRef [config("database")],
        /// One statement; `:name` stands for a value of `params`.
        "sql" sql: Param [text()],
        /// Parameter name → value. A list gives all its values in `in (:name)`.
        "params" params: Option<Param> [optional()],
        /// The longest time of the statement; default: that of the configuration.
        "timeout" timeout: Option<Param> [optional(), duration(Unit::Second, 1, 86_400_000)],
    }
    check = check;
}

fn check(params: &ExecuteParams, reader: &mut Reader<'_>, _: &Node) {
    check_sql(&params.sql, reader);
}

/// A statement that changes something.
pub struct Execute {
    call: Call,
    tells_id: bool,
}

impl Execute {
    /// The step with these parameters; `tells_id`: it is an insert.
    ///
    /// # Errors
    /// As [`Call::new`].
    pub fn new(params: &ExecuteParams, builder: &mut Builder<'_>, tells_id: bool) -> Result<Execute, String> {
        let call = Call::new(&params.config, &params.sql, params.params.as_ref(), params.timeout.as_ref(), builder)?;
        Ok(Execute { call, tells_id })
    }

    async fn change(&self, run: &Run, message: &Message) -> Result<Document, Fault> {
        let (sql, values) = self.call.bound(run, message).await?;
        let timeout = self.call.timeout(run, message).await?;
        let mut access = self.call.access(run).await?;
        let result = access.session()?.execute(sql, &values, false, timeout).await;
        let changed = access.end(result)?;
        let rows = i64::try_from(changed.rows).unwrap_or(i64::MAX);
        let id = changed.last_id.filter(|_| self.tells_id).map(|id| ("lastId", id.into()));
        Ok(Document::dict([("rowsAffected", rows.into())].into_iter().chain(id)))
    }
}

impl Component for Execute {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.change(run, &message).await.map(|changed| message.set_payload(changed));
            StepEnd::of(result, message)
        })
    }
}
