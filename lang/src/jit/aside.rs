//! Calls on rare paths that leave all machine registers as they are, so that a loop that looks at its limits every thousand turns keeps
//! its numbers in machine registers over all of them: an ordinary call in its midst would have the register allocator keep
//! them on the stack, in every turn.
//!
//! Rust has no such functions. So a few instructions made for that purpose, once for the process, save the registers, call
//! the Rust function, and leave its answer in the machine ([`Native::answer`](super::native::Native::answer)).

use std::sync::OnceLock;

use cranelift_codegen::Context;
use cranelift_codegen::ir::{AbiParam, InstBuilder, MemFlagsData, Signature, types::I64};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module, default_libcall_names};

use super::compile::{machine, offsets};
use super::runtime;

/// Parameters of [`runtime::look`].
const PARAMS: usize = 3;

/// The address of code that does as [`runtime::look`] and keeps all machine registers; `None` where there can be none.
pub fn look() -> Option<usize> {
    static LOOK: OnceLock<Option<usize>> = OnceLock::new();
    *LOOK.get_or_init(|| make(runtime::look as *const u8))
}

/// The signature of such code.
pub fn signature() -> Signature {
    let mut signature = Signature::new(CallConv::PreserveAll);
    signature.params.extend([AbiParam::new(I64); PARAMS]);
    signature
}

/// Code that calls the function at `target`.
fn make(target: *const u8) -> Option<usize> {
    let isa = machine()?;
    let mut module = JITModule::new(JITBuilder::with_isa(isa.clone(), default_libcall_names()));
    let function = module.declare_function("aside", Linkage::Local, &signature()).ok()?;
    let mut context = Context::new();
    context.func.signature = signature();
    let mut builder = FunctionBuilderContext::new();
    let mut b = FunctionBuilder::new(&mut context.func, &mut builder);
    let block = b.create_block();
    b.append_block_params_for_function_params(block);
    b.switch_to_block(block);
    let params = b.block_params(block).to_vec();
    let mut ordinary = Signature::new(isa.default_call_conv());
    ordinary.params.extend([AbiParam::new(I64); PARAMS]);
    ordinary.returns.push(AbiParam::new(I64));
    let ordinary = b.import_signature(ordinary);
    let address = b.ins().iconst(I64, target.addr() as i64);
    let call = b.ins().call_indirect(ordinary, address, &params);
    let answer = b.inst_results(call)[0];
    b.ins().store(MemFlagsData::trusted(), answer, params[0], offsets::answer());
    b.ins().return_(&[]);
    b.seal_all_blocks();
    b.finalize(isa.frontend_config());
    module.define_function(function, &mut context).ok()?;
    module.finalize_definitions().ok()?;
    // The memory is kept as long as the process: dropping the module does not free it.
    Some(module.get_finalized_function(function).addr())
}
