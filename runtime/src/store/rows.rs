//! Rows into a table, several with each statement: SQLite then sets up a statement once for all of them, and finds the place
//! of a row in an index from that of the row before.

use rusqlite::{Connection, Result, Statement, ToSql};

/// Rows of one statement. More cost as much each.
const TOGETHER: usize = 16;

/// Where the values of one row go, in the order of the columns.
pub struct Row<'s, 'c> {
    statement: &'s mut Statement<'c>,
    /// Values of the statement so far.
    given: usize,
}

impl Row<'_, '_> {
    /// The value of the next column.
    ///
    /// # Errors
    /// A value that SQLite does not take.
    pub fn put(&mut self, value: impl ToSql) -> Result<&mut Self> {
        self.given += 1;
        self.statement.raw_bind_parameter(self.given, value)?;
        Ok(self)
    }
}

/// Inserts rows: `into` is the statement up to `values` and `then` what stands behind them; `put` gives each row's values for its
/// `columns`.
///
/// # Errors
/// Whatever SQLite refuses.
pub fn insert<T>(
    connection: &Connection,
    into: &str,
    columns: usize,
    then: &str,
    rows: &[T],
    put: impl Fn(&mut Row<'_, '_>, &T) -> Result<()>,
) -> Result<()> {
    let (many, few) = rows.split_at(rows.len() - rows.len() % TOGETHER);
    for (rows, together) in [(many, TOGETHER), (few, 1)] {
        if rows.is_empty() {
            continue;
        }
        let values = format!("({})", vec!["?"; columns].join(", "));
        let mut statement =
            connection.prepare(&format!("{into} values {} {then}", vec![values; together].join(", ")))?;
        for rows in rows.chunks(together) {
            let mut row = Row { statement: &mut statement, given: 0 };
            for one in rows {
                put(&mut row, one)?;
            }
            statement.raw_execute()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_arrives_in_order() {
        let connection = Connection::open_in_memory().expect("open");
        connection.execute_batch("create table t (n integer, text text)").expect("made");
        for count in [0_i64, 1, 15, 16, 17, 64, 100] {
            connection.execute("delete from t", []).expect("emptied");
            let rows: Vec<i64> = (0..count).collect();
            insert(&connection, "insert into t (n, text)", 2, "", &rows, |row, n| {
                row.put(n)?.put(format!("row {n}"))?;
                Ok(())
            })
            .expect("inserted");
            let found = connection.query_row(
                "select count(*), coalesce(sum(text = 'row ' || n), 0), coalesce(sum(n = rowid - 1), 0) from t",
                [],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?)),
            );
            assert_eq!(found, Ok((count, count, count)));
        }
    }
}
