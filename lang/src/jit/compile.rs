//! From register code to machine code: puts the parts together.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use cranelift_codegen::ir::{
    AbiParam, InstBuilder, MemFlagsData, Signature, UserFuncName,
    types::{I32, I64},
};
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module, default_libcall_names};

use super::effects::Effects;
use super::emit::{Emit, body_signature, entry_words};
use super::infer::infer;
use super::liveness::Liveness;
use super::native::{Mode, snapshot};
use super::plan::{Planner, Unseen, builtin, module_function};
use super::types::{Fixed, Ty};
use super::unit::{Callee, CodeTier, Compiled, Key, Version};
use crate::code::{Code, Constant, Instr, Reg, Unit};

/// Functions with more registers are not compiled: their frames would need too much stack.
const MOST_REGISTERS: u16 = 400;
/// Longer functions are not compiled: it would take too long.
const MOST_INSTRUCTIONS: usize = 6000;

/// Offsets that compiled code uses.
pub mod offsets {
    use std::mem::offset_of;

    use crate::jit::native::Native;
    use crate::value::FieldCache;
    use crate::vm::{Loaded, Vm};

    macro_rules! native {
        ($($(#[$meta:meta])* $name:ident;)*) => {
            $($(#[$meta])*
            pub const fn $name() -> i32 {
                (offset_of!(Vm, native) + offset_of!(Native, $name)) as i32
            })*
        };
    }

    native! {
        /// The address of the thread's fuel.
        fuel;
        /// The address of the heap's books.
        heap;
        /// The lowest stack pointer for direct calls.
        stack_limit;
        /// The address of the global variables.
        globals;
        /// The address of the inline caches.
        fields;
        /// The address of the constants.
        constants;
        /// Behind which `yield` a generator's code stopped.
        point;
        /// What a call that keeps all machine registers gave.
        answer;
        /// Guards until one fails without need.
        stress;
    }

    /// Frames in existence.
    pub const fn depth() -> i32 {
        offset_of!(Vm, depth) as i32
    }

    /// Most frames.
    pub const fn recursion_limit() -> i32 {
        offset_of!(Vm, recursion_limit) as i32
    }

    /// Distance of two constants. The value comes first.
    pub const CONSTANT: i32 = size_of::<Loaded>() as i32;
    /// In a constant: the shape.
    pub const CONSTANT_SHAPE: i32 = offset_of!(Loaded, shape) as i32;
    /// Distance of two inline caches. The shape's address comes first.
    pub const CACHE: i32 = size_of::<FieldCache>() as i32;
    /// In an inline cache: the offset of the value.
    pub const PLACE: i32 = FieldCache::OFFSET as i32;

    const _: () = assert!(offset_of!(Loaded, value) == 0);
}

/// The machine that this process runs on, if code can be made for it.
pub fn machine() -> Option<OwnedTargetIsa> {
    static MACHINE: OnceLock<Option<OwnedTargetIsa>> = OnceLock::new();
    MACHINE
        .get_or_init(|| {
            if !super::is_available() {
                return None;
            }
            let mut flags = settings::builder();
            for (name, value) in [
                ("opt_level", "speed"),
                ("use_colocated_libcalls", "false"),
                ("is_pic", "false"),
                ("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }),
                ("enable_probestack", "false"),
                ("enable_pinned_reg", "true"),
            ] {
                flags.set(name, value).ok()?;
            }
            cranelift_native::builder().ok()?.finish(settings::Flags::new(flags)).ok()
        })
        .clone()
}

/// The functions that global variables are bound to once and for all: by the module's own code, outside of any other
/// assignment.
pub fn scripts(unit: &Unit) -> HashMap<u16, u32> {
    let stores = stores(unit);
    let mut found = HashMap::new();
    let Some(module) = unit.codes.first().filter(|code| &*code.name == "<module>") else { return found };
    for pair in module.instrs.windows(2) {
        if let [Instr::MakeFunction { dst, code, .. }, Instr::StoreGlobal { global, src }] = pair
            && dst == src
            && stores.get(global) == Some(&1)
        {
            found.insert(*global, u32::from(*code));
        }
    }
    // A loop around the definition would bind a new function each time.
    if module.instrs.iter().any(|instr| matches!(instr, Instr::Loop { .. })) {
        found.clear();
    }
    found
}

/// How often the code of a unit binds each global variable, or deletes it.
fn stores(unit: &Unit) -> HashMap<u16, u32> {
    let mut stores: HashMap<u16, u32> = HashMap::new();
    for instr in unit.codes.iter().flat_map(|code| &code.instrs) {
        if let Instr::StoreGlobal { global, .. } | Instr::DeleteGlobal { global } = instr {
            *stores.entry(*global).or_default() += 1;
        }
    }
    stores
}

/// The modules, and functions of modules, that the module's own code imports, by the global variable that nothing else is bound to.
fn imports(unit: &Unit) -> HashMap<u16, Fixed> {
    let stores = stores(unit);
    let Some(module) = unit.codes.first().filter(|code| &*code.name == "<module>") else { return HashMap::new() };
    let mut modules: HashMap<Reg, Fixed> = HashMap::new();
    let mut found = HashMap::new();
    for pair in module.instrs.windows(2) {
        let (dst, value) = match pair[0] {
            Instr::Const { dst, index } => (dst, imported(unit, index)),
            Instr::ImportFrom { dst, module, name } => {
                let from = modules.get(&module).zip(unit.names.get(usize::from(name)));
                (dst, from.and_then(|(module, name)| module_function(*module, name)))
            }
            _ => continue,
        };
        modules.remove(&dst);
        let Some(value) = value else { continue };
        modules.insert(dst, value);
        if let Instr::StoreGlobal { global, src } = pair[1]
            && src == dst
            && stores.get(&global) == Some(&1)
        {
            found.insert(global, value);
        }
    }
    found
}

/// The built-in that a constant is.
fn imported(unit: &Unit, index: u32) -> Option<Fixed> {
    match unit.constants.get(index as usize) {
        Some(Constant::Builtin(name)) => builtin(name),
        _ => None,
    }
}

/// Whether control need not come to the next instruction.
fn is_branch(instr: &Instr) -> bool {
    matches!(
        instr,
        Instr::Jump { .. }
            | Instr::Loop { .. }
            | Instr::CompareSkip { .. }
            | Instr::JumpIf { .. }
            | Instr::JumpIfNot { .. }
            | Instr::JumpIfNone { .. }
            | Instr::JumpIfUnbound { .. }
            | Instr::JumpIfSmall { .. }
            | Instr::ForIter { .. }
    )
}

/// Which instructions jumps lead to.
fn targets(code: &Code) -> Vec<bool> {
    let mut found = vec![false; code.instrs.len() + 1];
    for instr in &code.instrs {
        if let Some(place) = instr.target().and_then(|to| found.get_mut(to as usize)) {
            *place = true;
        }
    }
    found
}

/// Why a code is not compiled, if it is not.
pub fn refusal(code: &Code, key: Key) -> Option<String> {
    if code.registers > MOST_REGISTERS {
        return Some(format!("it needs {} registers; {MOST_REGISTERS} are the most", code.registers));
    }
    if code.instrs.len() > MOST_INSTRUCTIONS {
        return Some(format!("it has {} instructions; {MOST_INSTRUCTIONS} are the most", code.instrs.len()));
    }
    (key.instruction() >= code.instrs.len()).then(|| "there is no such entry".to_owned())
}

/// Whether compiled code may call it without a frame: then nobody needs its function object or knows which exceptions
/// were being handled when it began.
fn is_direct(code: &Code) -> bool {
    let params = &code.params;
    !code.is_generator
        && !params.has_varargs
        && !params.has_kwargs
        && params.keyword_only == 0
        && !code.instrs.iter().any(|instr| {
            matches!(instr, Instr::Closure { .. } | Instr::EnterHandler { .. } | Instr::LeaveHandler | Instr::Reraise)
        })
}

/// The signature of [`super::abi::Adapter`].
fn adapter_signature(conv: CallConv) -> Signature {
    let mut signature = Signature::new(conv);
    signature.params.extend([AbiParam::new(I64); 5]);
    signature.returns.extend([AbiParam::new(I64); 2]);
    signature
}

/// Compiles `code` number `number` of `unit` from `key`, where the registers hold what `entry` says. `resolve` finds the
/// compiled form of another function for arguments of some types.
///
/// # Errors
/// Why it cannot be compiled.
pub fn compile(
    unit: &Unit,
    number: u32,
    key: Key,
    mut entry: Vec<Ty>,
    mode: Mode,
    resolve: &dyn Fn(u32, &[Ty]) -> Option<Callee>,
) -> Result<Arc<Version>, String> {
    let code = unit.codes.get(number as usize).ok_or("no such code")?;
    if let Some(reason) = refusal(code, key) {
        return Err(reason);
    }
    let isa = machine().ok_or("no code can be made for this machine")?;
    let effects = Effects::of_all(unit, code);
    let live = Liveness::of(code, &effects);
    entry.resize(usize::from(code.registers), Ty::Unbound);
    for (reg, ty) in entry.iter_mut().enumerate().filter(|_| key != Key::START) {
        match ty {
            _ if !live.is_live(key.instruction(), reg as u16) => *ty = Ty::Unbound,
            // It is read, and need not be unbound at the next entry: the type says only that nobody reads it.
            Ty::Unbound => *ty = Ty::Any,
            _ => {}
        }
    }
    let direct = key == Key::START && is_direct(code);
    let version = Version::begin(number, key, entry.clone(), direct);
    let seen = snapshot(unit.tier.seen(number));
    let is_open = unit.tier.code(number).is_some_and(CodeTier::may_leave_unseen);
    let unseen = match mode {
        Mode::Auto if is_open => Unseen::Left,
        Mode::Stress if is_open => Unseen::Mixed,
        _ => Unseen::Compiled,
    };
    let scripts = scripts(unit);
    let params = usize::from(code.params.positional);
    let resolve = |callee: u32, args: &[Ty]| {
        let target = unit.codes.get(callee as usize)?;
        if !is_direct(target) || usize::from(target.params.positional) != args.len() {
            return None;
        }
        if callee == number && direct {
            return Some(Callee::Own(entry[..params].to_vec()));
        }
        resolve(callee, args)
    };
    let planner = Planner {
        unit,
        code,
        seen: &seen,
        unseen,
        targets: targets(code),
        effects: &effects,
        live: &live,
        resolve: &resolve,
        resolved: RefCell::default(),
        scripts: &scripts,
        imports: imports(unit),
        number,
        in_order: unit.codes.first().is_some_and(|module| !module.instrs.iter().any(is_branch)),
        first_site: unit.codes[..number as usize].iter().map(|code| code.instrs.len()).sum(),
        looked_into: RefCell::default(),
    };
    let blocks = infer(&planner, key.instruction(), entry.clone());

    let conv = isa.default_call_conv();
    let mut module = JITModule::new(JITBuilder::with_isa(isa.clone(), default_libcall_names()));
    let signature = if code.is_generator { adapter_signature(conv) } else { body_signature(conv, &entry) };
    let body = module.declare_function("body", Linkage::Local, &signature).map_err(|e| e.to_string())?;
    let mut context = module.make_context();
    let mut builder = FunctionBuilderContext::new();
    context.func.signature = signature.clone();
    context.func.name = UserFuncName::user(0, 0);
    let own = module.declare_func_in_func(body, &mut context.func);
    let emitted = Emit::body(
        FunctionBuilder::new(&mut context.func, &mut builder),
        &planner,
        &version,
        blocks,
        own,
        conv,
        mode == Mode::Stress,
        isa.frontend_config(),
    )?;
    module.define_function(body, &mut context).map_err(|e| format!("{e:?}"))?;
    let size = context.compiled_code().map_or(0, |code| code.code_info().total_size);
    context.clear();

    // A generator's code is called by Rust alone.
    let adapter = if code.is_generator {
        body
    } else {
        let signature = adapter_signature(conv);
        let adapter = module.declare_function("adapter", Linkage::Local, &signature).map_err(|e| e.to_string())?;
        context.func.signature = signature;
        context.func.name = UserFuncName::user(0, 1);
        let callee = module.declare_func_in_func(body, &mut context.func);
        let mut b = FunctionBuilder::new(&mut context.func, &mut builder);
        let block = b.create_block();
        b.append_block_params_for_function_params(block);
        b.switch_to_block(block);
        let params = b.block_params(block).to_vec();
        let depth = b.ins().load(I32, MemFlagsData::trusted(), params[0], offsets::depth());
        let outer = b.ins().get_pinned_reg(I64);
        b.ins().set_pinned_reg(params[0]);
        let mut args = vec![params[1], depth];
        let mut offset = 0;
        for ty in &entry {
            for word in entry_words(*ty) {
                args.push(b.ins().load(*word, MemFlagsData::trusted(), params[2], offset));
                offset += 8;
            }
        }
        let call = b.ins().call(callee, &args);
        let results = b.inst_results(call).to_vec();
        b.ins().set_pinned_reg(outer);
        b.ins().return_(&results);
        b.seal_all_blocks();
        b.finalize(isa.frontend_config());
        module.define_function(adapter, &mut context).map_err(|e| format!("{e:?}"))?;
        adapter
    };
    module.clear_context(&mut context);
    module.finalize_definitions().map_err(|e| e.to_string())?;
    let address = module.get_finalized_function(adapter);
    #[allow(unsafe_code)]
    // SAFETY: the code was generated with exactly this signature in the platform's calling convention.
    let adapter = unsafe { std::mem::transmute::<*const u8, super::abi::Adapter>(address) };
    let mut compiled = Compiled::new(module.get_finalized_function(body), adapter, module);
    compiled.exits = emitted.exits;
    compiled.yields = emitted.yields;
    compiled.extra = emitted.extra;
    compiled.places = emitted.places;
    compiled.notes = emitted.notes;
    compiled.size = size;
    let callees = planner.resolved.into_inner().into_values().flatten();
    let others = callees.filter_map(|callee| match callee {
        Callee::Own(_) => None,
        Callee::Other(version) => Some(version),
    });
    compiled.callees = others.collect();
    version.finish(compiled);
    Ok(version)
}
