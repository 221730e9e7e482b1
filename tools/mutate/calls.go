package main

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
)

const graphPath = "github.com/kedja-ml/kedja/graph"

// twins are ops that are easily taken for each other.
var twins = map[string]string{
	"Add": "Sub", "Sub": "Add", "Mul": "Div", "Div": "Mul", "Maximum": "Minimum", "Minimum": "Maximum", "Max": "Min", "Min": "Max", "MaxKeep": "MinKeep",
	"MinKeep": "MaxKeep", "Sum": "Mean", "Mean": "Sum", "SumKeep": "MeanKeep", "MeanKeep": "SumKeep", "Sin": "Cos", "Cos": "Sin", "Sinh": "Cosh", "Cosh": "Sinh",
	"Less": "LessEqual", "LessEqual": "Less", "Greater": "GreaterEqual", "GreaterEqual": "Greater", "Equal": "NotEqual", "NotEqual": "Equal",
	"And": "Or", "Or": "And", "Tril": "Triu", "Triu": "Tril", "CumSum": "CumProd",
}

// commutes lists functions of two nodes whose order does not matter.
var commutes = []string{"Add", "Mul", "Maximum", "Minimum", "Equal", "NotEqual", "And", "Or", "Xor", "Hypot", "LogAddExp"}

// call instruments a call: another function, operands dropped or exchanged, whole numbers off by one.
func (w *writer) call(e *ast.CallExpr) {
	if w.complains(e) {
		return
	}
	if w.info.Types[e.Fun].IsType() { // a conversion
		if len(e.Args) == 1 {
			w.expr(e.Args[0])
		}
		return
	}
	f, _ := w.callee(e).(*types.Func)
	switch {
	case f != nil && f.Signature().Recv() == nil && f.Pkg() != nil && f.Signature().TypeParams() == nil:
		w.function2(e, f)
	case f != nil:
		if s, ok := e.Fun.(*ast.SelectorExpr); ok && w.info.Selections[s] != nil {
			w.expr(s.X)
		}
	default:
		if l, ok := e.Fun.(*ast.FuncLit); ok {
			w.expr(l)
		}
	}
	builtin := false
	if id, ok := e.Fun.(*ast.Ident); ok {
		_, builtin = w.info.Uses[id].(*types.Builtin)
	}
	for i, a := range e.Args {
		if builtin && i == 0 {
			if c, ok := a.(*ast.CallExpr); ok {
				w.expr(c)
			}
			continue
		}
		if tv := w.info.Types[a]; !builtin && f != nil && tv.Value == nil && !tv.IsType() && types.Identical(tv.Type, types.Typ[types.Int]) {
			w.next(a)
			continue
		}
		if !w.info.Types[a].IsType() {
			w.expr(a)
		}
	}
}

// function2 chooses among functions of one type.
func (w *writer) function2(e *ast.CallExpr, f *types.Func) {
	const node = "*" + graphPath + ".Node"
	var with []string // expressions for the function, and what they do
	add := func(expr, what string) { with = append(with, expr, what) }
	fun := w.text(e.Fun)
	prefix := strings.TrimSuffix(fun, f.Name())
	var params []string
	for p := range f.Signature().Params().Variables() {
		params = append(params, p.Type().String())
	}
	result := ""
	if f.Signature().Results().Len() == 1 {
		result = f.Signature().Results().At(0).Type().String()
	}
	if t := twins[f.Name()]; t != "" && f.Pkg().Name() == "ops" {
		add(prefix+t, t+" for "+f.Name())
	}
	if result == node {
		switch strings.Join(params, " ") {
		case node:
			add("mutSame", "the operand of "+f.Name())
		case node + " []int":
			if f.Signature().Variadic() {
				add("mutSameOver", "the operand of "+f.Name())
			}
		case node + " " + node:
			add("mutFirst[*graph.Node]", "the first operand of "+f.Name())
			add("mutSecond[*graph.Node]", "the second operand of "+f.Name())
			if !slices.Contains(commutes, f.Name()) {
				add("mutSwap("+fun+")", f.Name()+" with its operands exchanged")
			}
		case "float64 " + node:
			add("mutSecond[float64]", "the operand of "+f.Name())
			add("mutOppositeScale("+fun+")", f.Name()+" with the other sign")
		case node + " " + node + " " + node:
			add("mutWhere", "the second operand of "+f.Name())
			add("mutOther", "the third operand of "+f.Name())
			add("mutSwapThree("+fun+")", f.Name()+" with its last operands exchanged")
		case node + " " + node + " bool bool":
			add("mutSwapFlags("+fun+")", f.Name()+" with its operands exchanged")
		}
		if f.Name() == "Apply" && f.Pkg().Path() == graphPath && !e.Ellipsis.IsValid() && len(e.Args) > 2 {
			add("mutApply", "an op applied to exchanged operands")
		}
	}
	for i := 0; i < len(with); i += 2 {
		w.insert(e.Fun.Pos(), "mutV(%d, ", w.mutant(e.Pos(), "%s in %s", with[i+1], first(w.text(e))))
	}
	for i := len(with) - 2; i >= 0; i -= 2 {
		// The innermost wrapper was inserted last, so that it closes first.
		w.insert(e.Fun.End(), ", %s)", with[i])
	}
}
