//! Calls: of built-ins and methods by the tables, of types, of the program's own functions.

use std::ptr;
use std::sync::Arc;

use super::Pass;
use super::arguments::{Callee, Given, Stars};
use super::flow::Known;
use super::generic::{Substitution, is_generic, result_of_callable, substitute, table_type, unify};
use super::operator::short;
use crate::builtins;
use crate::check::annotation::instance_of;
use crate::check::types::fit::is_callable;
use crate::check::types::{Function, Param, Type};
use crate::syntax::ast::{Arg, Expr, ExprKind};
use crate::value::exceptions::BASE_EXCEPTION;
use crate::value::signature::{Default, ParamKind};
use crate::value::types as descs;
use crate::value::types::Kind;
use crate::value::{Builtin, TypeDesc};

impl<'a> Pass<'a> {
    /// `func(args)`
    pub(super) fn call(&mut self, expr: &'a Expr, func: &'a Expr, args: &'a [Arg]) -> Known {
        let callee = self.expr(func);
        let mut given = self.arguments(args);
        let members = callee.ty.members();
        let not_callable: Vec<&Type> = members.iter().filter(|ty| is_callable(ty) == Some(false)).collect();
        if let Some(first) = not_callable.first() {
            self.not_callable(first, not_callable.len() < members.len(), &callee, func, args);
        }
        let mut result: Option<Known> = None;
        // Of several functions each gets its own arguments, as in a table of functions and values: nothing is said.
        let several = members.iter().filter(|ty| is_callable(ty) != Some(false)).count() > 1;
        self.quiet += u32::from(several);
        for ty in members {
            let one = self.call_one(ty, &callee, expr, func, &mut given);
            result = Some(result.map_or(one.clone(), |before| before.join(&one)));
        }
        self.quiet -= u32::from(several);
        self.finish_lambdas(&mut given);
        let result = result.unwrap_or_else(Known::any);
        self.after_call(&callee, func, &given);
        if result.ty == Type::Never && callee.by == super::flow::Evidence::Program && is_script_function(&callee.ty) {
            // A function that always raises.
            self.frame.state.reachable = false;
            return Known::any();
        }
        result
    }

    fn call_one(
        &mut self,
        ty: &Type,
        callee: &Known,
        expr: &'a Expr,
        func: &'a Expr,
        given: &mut [Given<'a>],
    ) -> Known {
        match ty {
            Type::Member(builtin, receiver) => {
                self.call_builtin(builtin, receiver.as_deref(), callee, expr, func, given)
            }
            Type::Class(desc) => self.call_class(desc, callee, expr, func, given),
            Type::Function(function) => self.call_function(function, callee, expr, given),
            _ => Known::any(),
        }
    }

    fn not_callable(&mut self, ty: &Type, partial: bool, callee: &Known, func: &Expr, args: &[Arg]) {
        let text = self.source.slice(func.span);
        let shown = if text.chars().count() > 40 || text.contains('\n') { "this" } else { text };
        let is = if partial { "may be" } else { "is" };
        let message = format!("`{shown}` {is} `{}`, which cannot be called{}", short(ty), Self::source_of(callee.by));
        let help = match (ty, args) {
            (Type::Module(module), _) => {
                module.types.iter().find(|(name, ..)| *name == module.name).or(module.types.first()).map(
                    |(name, ..)| {
                        format!("a module holds functions and types: write for example `{}.{name}(…)`", module.name)
                    },
                )
            }
            _ if ty.is_none() => Some(
                "it is `None` here; a method such as `sort` or `append` changes its object and gives `None`".to_owned(),
            ),
            (_, [arg])
                if ty.is_instance(&descs::DICT) || ty.is_instance(&descs::LIST) || matches!(ty, Type::Entity(..)) =>
            {
                Some(format!("for an element write `{shown}[{}]`", self.source.slice(arg.span())))
            }
            _ if self.shadows_builtin(func) => Some(format!(
                "`{shown}` is a variable here and hides the built-in function: give the variable another name"
            )),
            _ => Some("delete the parentheses".to_owned()),
        };
        self.fails(2006, func.span, callee.by, partial, message, help);
    }

    fn shadows_builtin(&self, func: &Expr) -> bool {
        matches!(&func.kind, ExprKind::Name(name) if builtins::lookup(name).is_some())
    }

    /// A function or method of the tables.
    fn call_builtin(
        &mut self,
        builtin: &'static Builtin,
        receiver: Option<&Type>,
        callee: &Known,
        expr: &'a Expr,
        func: &'a Expr,
        given: &mut [Given<'a>],
    ) -> Known {
        let signature = builtin.signature();
        let mut known = Substitution::default();
        let skip = usize::from(receiver.is_some());
        if let (Some(receiver), Some(first)) = (receiver, signature.params.first()) {
            unify(&table_type(&first.ty), receiver, &mut known);
        }
        let params = table_params(builtin, skip);
        let name = match func.kind {
            ExprKind::Attribute { .. } if receiver.is_none() && builtin.kind == Kind::Function => {
                builtin.qualified_name()
            }
            _ => builtin.name(),
        };
        let about = Callee { name, params: &params, call: expr.span, by: callee.by };
        self.apply_signature(&about, &params, known, &signature.returns, given, callee, |pass, given, plain| {
            pass.check_elements(builtin, receiver, callee, func, given);
            pass.special_result(builtin, receiver, given, plain)
        })
    }

    /// A type: makes an instance.
    fn call_class(
        &mut self,
        desc: &'static TypeDesc,
        callee: &Known,
        expr: &'a Expr,
        func: &'a Expr,
        given: &mut [Given<'a>],
    ) -> Known {
        if desc.is_subtype(&BASE_EXCEPTION) {
            self.finish_lambdas(given);
            return Known::sure(Type::Instance(desc));
        }
        let Some(new) = builtins::reference::constructor(desc) else {
            if !ptr::eq(desc, &descs::ENTITY) && !desc.bare {
                self.finish_lambdas(given);
                return Known::sure(instance_of(desc));
            }
            let message = format!("`{}` values cannot be made by a call", desc.name);
            let help = if ptr::eq(desc, &descs::ENTITY) {
                "write `Entity.from_value(value, mime_type='application/json')` or `Entity.from_bytes(…)`"
            } else {
                "they come from components; the name is for `isinstance` and annotations"
            };
            self.fails(2006, func.span, callee.by, false, message, Some(help.to_owned()));
            return Known::any();
        };
        let skip = usize::from(new.kind == Kind::Class);
        let params = table_params(new, skip);
        let about = Callee { name: desc.name, params: &params, call: expr.span, by: callee.by };
        let returns = &new.signature().returns;
        self.apply_signature(&about, &params, Substitution::default(), returns, given, callee, |pass, given, plain| {
            pass.special_instance(desc, given, plain)
        })
    }

    /// Matches, checks and solves a signature of the tables; `special` may know the result better.
    #[expect(clippy::too_many_arguments, reason = "a signature in its parts")]
    fn apply_signature(
        &mut self,
        about: &Callee<'_>,
        params: &[Param],
        mut known: Substitution,
        returns: &str,
        given: &mut [Given<'a>],
        callee: &Known,
        special: impl FnOnce(&mut Self, &[Given<'a>], Type) -> Type,
    ) -> Known {
        let matched = self.match_arguments(about, params, given);
        let mut inside = callee.by.min(callee.inside);
        for (argument, param) in &matched {
            let (Some(argument), Some(param)) = (given.get(*argument), params.get(*param)) else { continue };
            if let Some(value) = &argument.known {
                let wanted = erased(&param.ty);
                self.check_argument(about, param, &wanted, argument.value, value, false);
                unify(&param.ty, &value.ty, &mut known);
                inside = inside.min(value.by).min(value.inside);
            }
        }
        let elements = super::special::map_elements(given);
        for (argument, param) in &matched {
            let (Some(argument), Some(param)) = (given.get_mut(*argument), params.get(*param)) else { continue };
            if argument.known.is_some() {
                continue;
            }
            let expected: Vec<Type> = match callable_of(&param.ty) {
                Some(function) => function
                    .params
                    .iter()
                    .flatten()
                    .map(|param| substitute(&param.ty, &known))
                    .map(|ty| if ty == Type::Never { Type::Any } else { ty })
                    .collect(),
                None => Vec::new(),
            };
            let expected = if about.name == "map" && expected.is_empty() { elements.clone() } else { expected };
            let lambda = self.lambda(argument.value, &expected);
            self.record(argument.value.span, &lambda.ty);
            self.check_arity(argument.value, &lambda.ty, &expected, about);
            if let Some(function) = callable_of(&param.ty) {
                unify(&Type::Function(Arc::new(function.clone())), &lambda.ty, &mut known);
            }
            argument.known = Some(lambda);
        }
        self.finish_lambdas(given);
        for param in params
            .iter()
            .enumerate()
            .filter(|(at, _)| !matched.iter().any(|(_, known)| known == at))
            .map(|(_, param)| param)
        {
            // A default that was not overridden takes part: `dict.get` gives `None`.
            if let (Type::Variable(name), true) = (&param.ty, param.optional) {
                known.add(*name, &default_type(param, about, params));
            }
        }
        let pattern = table_type(returns);
        let plain = if returns.is_empty() { Type::Any } else { substitute(&pattern, &known) };
        let generic = is_generic(&pattern);
        let plain = if plain == Type::Never { Type::Any } else { plain };
        let plain = of_one_kind(plain, given);
        let ty = special(self, given, plain);
        match pattern {
            // `list[T]`: that it is a list is certain.
            Type::Generic(..) | Type::Tuple(_) | Type::Protocol(..) | Type::Entity(..) => {
                Known { ty, by: callee.by, inside }
            }
            _ if generic => Known::new(ty, inside),
            _ => Known::new(ty, callee.by),
        }
    }

    /// A lambda that will be called with a known number of arguments.
    fn check_arity(&mut self, expr: &Expr, lambda: &Type, expected: &[Type], about: &Callee<'_>) {
        let Type::Function(function) = lambda else { return };
        let Some(params) = &function.params else { return };
        if expected.is_empty() || params.iter().any(|param| param.kind == ParamKind::VarArgs) {
            return;
        }
        let positional =
            params.iter().filter(|param| matches!(param.kind, ParamKind::Positional | ParamKind::Either)).count();
        let required = params.iter().filter(|param| !param.optional).count();
        if required > expected.len() || positional < expected.len() {
            let n = expected.len();
            let message = format!(
                "`{}` calls this function with {n} argument{}, and it takes {required}",
                about.name,
                if n == 1 { "" } else { "s" }
            );
            self.fails(2002, expr.span, about.by, true, message, None);
        }
    }

    /// A function of the program, a lambda, or something of which only the signature is known.
    fn call_function(
        &mut self,
        function: &Arc<Function>,
        callee: &Known,
        expr: &'a Expr,
        given: &mut [Given<'a>],
    ) -> Known {
        self.finish_lambdas(given);
        let name = if function.name.is_empty() { "this function" } else { &*function.name };
        let mut by_param: Vec<Option<Known>> = Vec::new();
        if let Some(params) = &function.params {
            let about = Callee { name, params, call: expr.span, by: callee.by };
            let matched = self.match_arguments(&about, params, given);
            by_param.resize(params.len(), None);
            for (argument, param) in &matched {
                let (Some(argument), Some(slot)) = (given.get(*argument), by_param.get_mut(*param)) else { continue };
                *slot = argument.known.clone();
            }
            for (argument, param) in &matched {
                let (Some(argument), Some(param)) = (given.get(*argument), params.get(*param)) else { continue };
                if let (Some(known), Stars::None) = (argument.known.clone(), argument.stars) {
                    self.check_argument(&about, param, &param.ty, argument.value, &known, true);
                }
            }
        }
        let Some(id) = function.id else { return Known::new(function.result(), callee.by) };
        if given.iter().any(|argument| argument.stars != Stars::None) {
            // Which parameter gets what is not known.
            by_param.fill(Some(Known::any()));
        }
        let plain = self.plain_arguments(id, &by_param);
        if let ExprKind::Call { func, .. } = &expr.kind
            && matches!(func.kind, ExprKind::Name(_))
        {
            self.note_call(id, func.span, by_param);
        }
        let inside = plain.iter().map(|known| known.by.min(known.inside)).fold(callee.by, Ord::min);
        // What the function makes itself is certain; what it hands on is as certain as what it got.
        Known { ty: self.result_with(id, &plain), by: inside, inside }
    }

    /// What the plain parameters of a function hold in a call, defaults included.
    fn plain_arguments(&self, id: usize, by_param: &[Option<Known>]) -> Vec<Known> {
        let Some(function) = self.functions.get(id) else { return Vec::new() };
        let params = function.def.params.posonly.iter().chain(&function.def.params.args);
        let given = by_param.iter().cloned().chain(std::iter::repeat(None));
        params
            .zip(given)
            .map(|(param, given)| {
                let known = given.unwrap_or_else(|| Known::sure(super::function::default_of(param)));
                known.with(known.ty.widened())
            })
            .collect()
    }

    /// Methods that change their object: what the variable holds now.
    fn after_call(&mut self, callee: &Known, func: &'a Expr, given: &[Given<'a>]) {
        let ExprKind::Attribute { value, attr } = &func.kind else { return };
        if !matches!(callee.ty, Type::Member(..)) {
            return;
        }
        let object = self.types_of(value);
        if !object.is_mutable() {
            return;
        }
        let args: Vec<Type> =
            given.iter().filter_map(|given| given.known.as_ref()).map(|known| known.ty.clone()).collect();
        let names: Vec<Option<Arc<str>>> = given.iter().map(|given| given.name.map(|name| name.name.clone())).collect();
        if let Some(updated) = super::special::changed(&object, &attr.name, &args, &names) {
            self.changed_inside(value, &object, updated);
        }
    }

    /// The type of an expression that was just looked at.
    fn types_of(&mut self, expr: &'a Expr) -> Type {
        self.quiet += 1;
        let known = self.expr(expr);
        self.quiet -= 1;
        known.ty
    }
}

/// Functions that take text or bytes give what they got.
fn of_one_kind(ty: Type, given: &[Given<'_>]) -> Type {
    let both = |ty: &Type| ty.members().contains(&Type::STR) && ty.members().contains(&Type::BYTES);
    let kinds = || given.iter().filter_map(|argument| argument.known.as_ref()).map(|known| known.ty.widened());
    let keep = |ty: &Type| {
        if kinds().any(|kind| kind == Type::STR) {
            ty.filtered(|member| *member != Type::BYTES)
        } else if kinds().any(|kind| kind == Type::BYTES) {
            ty.filtered(|member| *member != Type::STR)
        } else {
            Type::Any
        }
    };
    match &ty {
        Type::Tuple(items) if items.iter().any(both) => {
            Type::Tuple(items.iter().map(|item| if both(item) { keep(item) } else { item.clone() }).collect())
        }
        _ if both(&ty) => keep(&ty),
        _ => ty,
    }
}

fn is_script_function(ty: &Type) -> bool {
    matches!(ty, Type::Function(function) if function.id.is_some())
}

/// The `Callable[…]` of a parameter, without `| None`.
fn callable_of(ty: &Type) -> Option<&Function> {
    ty.members().iter().find_map(|member| if let Type::Function(function) = member { Some(&**function) } else { None })
}

/// The same with `Any` for variables.
fn erased(ty: &Type) -> Type {
    match ty {
        Type::Variable(_) => Type::Any,
        Type::Union(items) => Type::union(items.iter().map(erased)),
        Type::Generic(desc, items) => Type::Generic(desc, items.iter().map(erased).collect()),
        Type::Tuple(items) => Type::Tuple(items.iter().map(erased).collect()),
        Type::Protocol(protocol, items) => Type::Protocol(*protocol, items.iter().map(erased).collect()),
        other => other.clone(),
    }
}

/// What a parameter of the tables is when it is not given.
fn default_type(param: &Param, about: &Callee<'_>, params: &[Param]) -> Type {
    // `D = None` of `dict.get`; other defaults with a variable are absent.
    let is_get = matches!(about.name, "get" | "setdefault" | "fromkeys") && params.iter().any(|other| other == param);
    if is_get { Type::NONE } else { Type::Never }
}

/// The parameters of an entry of the tables without its first `skip`.
fn table_params(builtin: &'static Builtin, skip: usize) -> Vec<Param> {
    builtin
        .signature()
        .params
        .iter()
        .skip(skip)
        .map(|param| Param {
            name: param.name.as_str().into(),
            ty: table_type(&param.ty),
            kind: param.kind,
            optional: param.default != Default::Required
                || matches!(param.kind, ParamKind::VarArgs | ParamKind::VarKeywords),
        })
        .collect()
}

/// What a callable argument gives.
pub(super) fn gives(ty: &Type) -> Type {
    result_of_callable(ty)
}
