//! `database.batch`: one statement for many rows, in chunks.
//!
//! Outside of a local transaction each chunk is a transaction. With `ignore-errors` a row that fails is left out, else it
//! undoes its chunk and ends the step; chunks before it stay.

use std::time::Duration;

use dataway_lang::Document;
use dataway_lang::document::{Source, stream};

use super::operation::{Access, Call, bind, check_sql};
use super::sql::Statement;
use crate::engine::{BoxFuture, Builder, Component, Run, StepEnd, apart};
use crate::expr::Param;
use crate::message::{Fault, Message};
use crate::params;
use crate::params::{ConfigRef, Reader, Unit};
use crate::yaml::Node;

params! {
    /// Executes a statement for each of many rows. The payload becomes `{"rowsAffected": n, "failed": [row indexes]}`.
    pub struct BatchParams {
        /// The database.
        "config" config: ConfigRef [config("database")],
        /// One statement; `:name` stands for a value of the row.
        "sql" sql: Param [text()],
        /// A list or stream of dicts.
        "rows" rows: Param [default("#[msg.payload]")],
        /// Rows of one transaction.
        "chunk" chunk: usize [default("500"), int(1, 100_000)],
        /// Leave rows out that fail?
        "ignore-errors" ignore_errors: bool [default("false")],
        /// The longest time of one statement; default: that of the configuration.
        "timeout" timeout: Option<Param> [optional(), duration(Unit::Second, 1, 86_400_000)],
    }
    check = check;
}

fn check(params: &BatchParams, reader: &mut Reader<'_>, _: &Node) {
    check_sql(&params.sql, reader);
}

/// `database.batch`
pub struct Batch {
    call: Call,
    rows: Param,
    chunk: usize,
    ignore_errors: bool,
}

/// Where rows come from.
enum Rows {
    List(Document, usize),
    Stream(Option<Box<dyn Source>>),
}

impl Rows {
    /// At most `count` rows more.
    async fn take(&mut self, count: usize) -> Result<Vec<Document>, Fault> {
        match self {
            Rows::List(list, at) => {
                let rows: Vec<_> = list.as_list().unwrap_or_default().iter().skip(*at).take(count).cloned().collect();
                *at += rows.len();
                Ok(rows)
            }
            Rows::Stream(source) => {
                let Some(mut own) = source.take() else { return Ok(Vec::new()) };
                let read = apart(move |left| {
                    let mut rows = Vec::new();
                    while rows.len() < count
                        && let Some(row) = own.next().map_err(|reason| Fault::new("CORE:RUNTIME", reason))?
                    {
                        left.check()?;
                        rows.push(row);
                    }
                    Ok((own, rows))
                });
                let (own, rows) = read.await?;
                *source = Some(own);
                Ok(rows)
            }
        }
    }
}

/// What was done so far.
#[derive(Default)]
struct Done {
    rows: u64,
    changed: u64,
    failed: Vec<Document>,
}

impl Batch {
    /// The step with these parameters.
    ///
    /// # Errors
    /// As [`Call::new`].
    pub fn new(params: &BatchParams, builder: &mut Builder<'_>) -> Result<Batch, String> {
        let call = Call::new(&params.config, &params.sql, None, params.timeout.as_ref(), builder)?;
        Ok(Batch { call, rows: params.rows.clone(), chunk: params.chunk, ignore_errors: params.ignore_errors })
    }

    async fn batch(&self, run: &Run, message: &Message) -> Result<Document, Fault> {
        let statement = self.call.statement(run, message).await?;
        let timeout = self.call.timeout(run, message).await?;
        let mut rows = match self.rows.evaluate(run, message).await? {
            Document::Stream(items) => match items.take() {
                stream::Taken::Source(source) => Rows::Stream(Some(source)),
                stream::Taken::List(list) => Rows::List(list, 0),
                stream::Taken::Consumed => return Err(Fault::new("DATAWAY:RUNTIME", stream::CONSUMED)),
            },
            list @ Document::List(_) => Rows::List(list, 0),
            other => {
                return Err(Fault::wrong_type(format!("`rows` must be a list of dicts, not {}", other.type_name())));
            }
        };
        let mut done = Done::default();
        loop {
            let chunk = rows.take(self.chunk).await?;
            if chunk.is_empty() {
                break;
            }
            if run.transactions().is_some() {
                let mut access = self.call.access(run).await?;
                self.execute_rows(&mut access, &statement, &chunk, timeout, &mut done).await?;
                continue;
            }
            // Dropping the session rolls back, also when the run is cancelled here.
            let mut access = Access::Own(self.call.database.begin().await?);
            self.execute_rows(&mut access, &statement, &chunk, timeout, &mut done).await?;
            if let Access::Own(session) = access {
                session.commit().await?;
            }
        }
        let changed = i64::try_from(done.changed).unwrap_or(i64::MAX);
        Ok(Document::dict([("rowsAffected", changed.into()), ("failed", Document::list(done.failed))]))
    }

    async fn execute_rows(
        &self,
        access: &mut Access<'_>,
        statement: &Statement,
        rows: &[Document],
        timeout: Duration,
        done: &mut Done,
    ) -> Result<(), Fault> {
        for row in rows {
            let index = i64::try_from(done.rows).unwrap_or(i64::MAX);
            done.rows += 1;
            let result = match bind(statement, row) {
                Ok((sql, values)) => access.session()?.execute(sql, &values, self.ignore_errors, timeout).await,
                Err(fault) => Err(fault),
            };
            match result {
                Ok(changed) => done.changed += changed.rows,
                // A connection that is lost fails every row behind it, so that is no failure of the row.
                Err(fault) if !self.ignore_errors || matches!(&*fault.code, "DB:CONNECT" | "DB:TIMEOUT") => {
                    let reason = format!("row {index}: {}", fault.description);
                    return Err(Fault::new(fault.code.clone(), reason));
                }
                Err(_) => done.failed.push(index.into()),
            }
        }
        Ok(())
    }
}

impl Component for Batch {
    fn execute<'a>(&'a self, run: &'a Run, mut message: Message) -> BoxFuture<'a, StepEnd> {
        Box::pin(async move {
            let result = self.batch(run, &message).await.map(|done| message.set_payload(done));
            StepEnd::of(result, message)
        })
    }
}
