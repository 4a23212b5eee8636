//! Local transactions: what `try` with `transaction: local` opens and database operations join (part 2, section 4).

use std::any::Any;
use std::sync::Arc;

use tokio::sync::{Mutex, MutexGuard};

use super::BoxFuture;
use crate::message::Fault;

/// An open transaction of one configuration. Dropping it rolls back.
pub trait Transaction: Any + Send {
    /// Makes its work permanent.
    fn commit(self: Box<Self>) -> BoxFuture<'static, Result<(), Fault>>;

    /// Undoes its work.
    fn rollback(self: Box<Self>) -> BoxFuture<'static, ()>;
}

/// Open transactions with the names of their configurations.
type Open = Vec<(Arc<str>, Box<dyn Transaction>)>;

/// The transactions of one `try`, by configuration, in the order in which they began.
#[derive(Default)]
pub struct Transactions {
    open: Mutex<Open>,
}

impl std::fmt::Debug for Transactions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("<Transactions>")
    }
}

/// Access to one open transaction. Nobody else of the run uses one meanwhile.
pub struct Joined<'a> {
    open: MutexGuard<'a, Open>,
    at: usize,
}

impl Joined<'_> {
    /// The transaction as the connector's own type.
    pub fn downcast<T: Transaction>(&mut self) -> Option<&mut T> {
        let (_, transaction) = self.open.get_mut(self.at)?;
        let any: &mut dyn Any = &mut **transaction;
        any.downcast_mut()
    }
}

impl Transactions {
    /// The transaction of a configuration, begun by `begin` at the first use.
    ///
    /// # Errors
    /// That of `begin`.
    pub async fn join<B>(&self, config: &Arc<str>, begin: B) -> Result<Joined<'_>, Fault>
    where
        B: AsyncFnOnce() -> Result<Box<dyn Transaction>, Fault>,
    {
        let mut open = self.open.lock().await;
        // Looked up before anything is awaited, so that the future can move between threads.
        let found = open.iter().position(|(name, _)| name == config);
        let at = match found {
            Some(at) => at,
            None => {
                open.push((config.clone(), begin().await?));
                open.len() - 1
            }
        };
        Ok(Joined { open, at })
    }

    /// Commits all, one after the other. If one fails, those behind it are rolled back.
    ///
    /// # Errors
    /// That of the first commit that failed.
    pub async fn commit(&self) -> Result<(), Fault> {
        let open = std::mem::take(&mut *self.open.lock().await);
        let mut failed = None;
        for (_, transaction) in open {
            match failed {
                None => failed = transaction.commit().await.err(),
                Some(_) => transaction.rollback().await,
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Rolls all back.
    pub async fn rollback(&self) {
        let open = std::mem::take(&mut *self.open.lock().await);
        for (_, transaction) in open.into_iter().rev() {
            transaction.rollback().await;
        }
    }
}
