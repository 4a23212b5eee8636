//! `database.query`: rows as a list of dicts, or as a stream of them.

use std::sync::Arc;

use dataway_lang::Document;
use dataway_lang::document::{Source, Stream};
use tokio::sync::{mpsc, oneshot};

use super::operation::{Call, check_sql};
use crate::engine::apart::receive;
use crate::engine::{BoxFuture, Builder, Component, Level, Run, StepEnd};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params::{ConfigRef, Contract, Reader, Unit};
use crate::yaml::Node;
use crate::{choices, params};

/// Rows of a stream that wait for their reader.
const AHEAD: usize = 64;

choices! {
    /// In which form rows come.
    pub enum Output {
        /// All at once.
        List = "list",
        /// As they are read.
        Stream = "stream",
    }
}

params! {
    /// Reads rows. The payload becomes a list of dicts, column → value in column order; `[]` without rows.
    pub struct QueryParams {
        /// The database.
        "config" config: ConfigRef [config("database")],
        /// One statement; `:name` stands for a value of `params`.
        "sql" sql: Param [text()],
        /// Parameter name → value. A list gives all its values in `in (:name)`.
        "params" params: Option<Param> [optional()],
        /// Most rows of a list; more is `DB:LIMIT`.
        "max-rows" max_rows: usize [default("100000"), int(1, 1_000_000_000)],
        /// In which form rows come.
        "output" output: Output [default("list")],
        /// The longest time of the statement; default: that of the configuration.
        "timeout" timeout: Option<Param> [optional(), duration(Unit::Second, 1, 86_400_000)],
        /// The type of the rows, at design time.
        "result" result: Option<Contract> [optional()],
    }
    check = check;
}

fn check(params: &QueryParams, reader: &mut Reader<'_>, _: &Node) {
    check_sql(&params.sql, reader);
}

/// `database.query`
pub struct Query {
    step: Arc<str>,
    call: Call,
    max_rows: usize,
    output: Output,
}

impl Query {
    /// The step with these parameters.
    ///
    /// # Errors
    /// As [`Call::new`].
    pub fn new(params: &QueryParams, builder: &mut Builder<'_>) -> Result<Query, String> {
        let call = Call::new(&params.config, &params.sql, params.params.as_ref(), params.timeout.as_ref(), builder)?;
        Ok(Query { step: builder.step.clone(), call, max_rows: params.max_rows, output: params.output })
    }

    async fn query(&self, run: &Run, message: &Message) -> Result<Document, Fault> {
        let (sql, values) = self.call.bound(run, message).await?;
        // The rows of a transaction must be read before its next statement.
        if self.output == Output::Stream && run.transactions().is_none() {
            return self.stream(sql, values).await;
        }
        let timeout = self.call.timeout(run, message).await?;
        let mut access = self.call.access(run).await?;
        let decimals = self.call.database.decimals;
        let result = access.session()?.query(sql, &values, self.max_rows, decimals, timeout).await;
        let found = access.end(result)?;
        for name in &found.repeated {
            let content = format!("the query has several columns named {name}: the last one counts");
            run.log(run.event(Level::Warn, &self.step, "database.query", content)).await;
        }
        Ok(Document::list(found.rows))
    }

    async fn stream(&self, sql: String, values: Vec<Document>) -> Result<Document, Fault> {
        let mut session = self.call.database.connect().await?;
        let (started, prepared) = oneshot::channel();
        let (sender, receiver) = mpsc::channel(AHEAD);
        let decimals = self.call.database.decimals;
        tokio::spawn(async move {
            session.send_rows(sql, &values, decimals, started, sender.clone()).await;
            // A query that was left before its end is not worth waiting for.
            if !sender.is_closed() {
                session.release();
            }
        });
        prepared.await.unwrap_or_else(|_| Err(Fault::internal("a query was lost")))?;
        Ok(Stream::document(Box::new(Rows(receiver))))
    }
}

/// Rows as they come.
struct Rows(mpsc::Receiver<Result<Document, String>>);

impl Source for Rows {
    fn next(&mut self) -> Result<Option<Document>, String> {
        receive(&mut self.0).map_err(|left| left.description.clone())?.transpose()
    }
}

impl Component for Query {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.query(run, &message).await.map(|rows| message.set_payload(rows));
            StepEnd::of(result, message)
        })
    }
}
