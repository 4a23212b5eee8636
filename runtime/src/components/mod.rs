//! What steps can do: one file per component, with its parameters as a struct and its behaviour (part 2, sections 2 to 4).
//!
//! A component keeps every part of the message that its file does not say it changes.

pub mod asynchronous;
pub mod cache;
pub mod catching;
pub mod choice;
pub mod compress;
pub mod crypto;
pub mod filter;
pub mod flow_ref;
pub mod for_each;
pub mod jumps;
pub mod logger;
pub mod looping;
pub mod parallel;
pub mod parallel_for_each;
pub mod raise_error;
pub mod rate_limiter;
pub mod scatter_gather;
pub mod set;
pub mod sleep;
pub mod synchronized;
pub mod transform;
pub mod until_successful;
pub mod validate;
pub mod variables;
pub mod while_loop;

#[cfg(test)]
mod testing;

use std::any::Any;
use std::sync::Arc;

use crate::component;
use crate::model::Config;
use crate::params::Description;
use crate::registry::ComponentDesc;

/// The components.
pub static COMPONENTS: &[ComponentDesc] = &[
    component!("async", asynchronous::AsyncParams => |params, builder| Ok(asynchronous::Async::new(params, builder))),
    component!("break", jumps::BreakParams => |_, _| Ok(jumps::Break)),
    component!("cache.delete", cache::CacheKeyParams => |params, _| {
        Ok(cache::CacheKey { key: params.key.clone(), operation: cache::KeyOperation::Delete })
    }),
    component!("cache.exists", cache::CacheKeyParams => |params, _| {
        Ok(cache::CacheKey { key: params.key.clone(), operation: cache::KeyOperation::Exists })
    }),
    component!("cache.read", cache::CacheKeyParams => |params, _| {
        Ok(cache::CacheKey { key: params.key.clone(), operation: cache::KeyOperation::Read })
    }),
    component!("cache.store", cache::CacheStoreParams => |params, _| Ok(cache::CacheStore::new(params, true))),
    component!("cache.store-if-absent", cache::CacheStoreParams => |params, _| Ok(cache::CacheStore::new(params, false))),
    component!("choice", choice::ChoiceParams => |params, builder| Ok(choice::Choice::new(params, builder))),
    component!("compress", compress::CompressParams => |params, _| Ok(compress::Compress::new(params))),
    component!("continue", jumps::ContinueParams => |_, _| Ok(jumps::Continue)),
    component!("crypto.decrypt", crypto::CipherParams => |params, builder| crypto::Cipher::new(params, builder, false)),
    component!("crypto.encrypt", crypto::CipherParams => |params, builder| crypto::Cipher::new(params, builder, true)),
    component!("crypto.sign", crypto::SignParams => crypto::Signature::sign),
    component!("crypto.verify", crypto::VerifyParams => crypto::Signature::verify),
    component!("decompress", compress::DecompressParams => |params, _| Ok(compress::Decompress::new(params))),
    component!("filter", filter::FilterParams => |params, _| filter::Filter::new(params)),
    component!("flow-ref", flow_ref::FlowRefParams => |params, _| Ok(flow_ref::FlowRefStep(params.name.name.clone()))),
    component!("for-each", for_each::ForEachParams => |params, builder| Ok(for_each::ForEach::new(params, builder))),
    component!("logger", logger::LoggerParams => |params, builder| Ok(logger::Logger::new(params, &builder.step))),
    component!("parallel-for-each", parallel_for_each::ParallelForEachParams => |params, builder| {
        Ok(parallel_for_each::ParallelForEach::new(params, builder))
    }),
    component!("raise-error", raise_error::RaiseErrorParams => |params, _| Ok(raise_error::RaiseError::new(params))),
    component!("rate-limiter", rate_limiter::RateLimiterParams => |params, _| Ok(rate_limiter::RateLimiter::new(params))),
    component!("remove-variable", variables::RemoveVariableParams => |params, _| {
        Ok(variables::RemoveVariable(params.name.clone()))
    }),
    component!("scatter-gather", scatter_gather::ScatterGatherParams => |params, builder| {
        Ok(scatter_gather::ScatterGather::new(params, builder))
    }),
    component!("set-payload", set::SetPayloadParams => |params, _| Ok(set::SetPayload::new(params))),
    component!("set-variable", set::SetVariableParams => |params, _| Ok(set::SetVariable::new(params))),
    component!("sleep", sleep::SleepParams => |params, _| Ok(sleep::Sleep(params.delay.clone()))),
    component!("synchronized", synchronized::SynchronizedParams => |params, builder| {
        Ok(synchronized::Synchronized::new(params, builder))
    }),
    component!("transform", transform::TransformParams => |params, _| Ok(transform::Transform::new(params))),
    component!("try", catching::TryParams => |params, builder| Ok(catching::Try::new(params, builder))),
    component!("until-successful", until_successful::UntilSuccessfulParams => |params, builder| {
        Ok(until_successful::UntilSuccessful::new(params, builder))
    }),
    component!("validate", validate::ValidateParams => |params, _| validate::Validate::new(params)),
    component!("while", while_loop::WhileParams => |params, builder| Ok(while_loop::While::new(params, builder))),
];

/// The configuration types of components.
pub static CONFIGS: &[Description] = &[Description::of::<crypto::config::CryptoConfig>("crypto")];

/// Makes the instance of a configuration of these types; `Ok(None)` for others.
///
/// # Errors
/// Why the configuration can never work.
pub fn open(config: &Config) -> Result<Option<Arc<dyn Any + Send + Sync>>, String> {
    match config.params::<crypto::config::CryptoConfig>() {
        Some(own) => Ok(Some(Arc::new(crypto::config::Keys::open(own)?))),
        None => Ok(None),
    }
}
