package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
)

// function instruments a body: early return first.
func (w *writer) function(d *ast.FuncDecl) {
	if rs := d.Type.Results; rs != nil {
		id := w.mutant(d.Body.Lbrace, "%s returns nothing but zeros", d.Name.Name)
		vars, names := "", ""
		for _, r := range rs.List {
			for range max(1, len(r.Names)) {
				v := fmt.Sprintf("mutR%d", len(names))
				vars += fmt.Sprintf("var %s %s; ", v, w.text(r.Type))
				if names != "" {
					names += ", "
				}
				names += v
			}
		}
		w.insert(d.Body.Lbrace+1, " if mutOn(%d) { %sreturn %s }; ", id, vars, names)
	}
	w.block(d.Body.List)
}

func (w *writer) block(list []ast.Stmt) {
	for _, s := range list {
		w.stmt(s)
	}
}

// drops makes the statement one that a mutant leaves out.
func (w *writer) drops(s ast.Stmt, in func()) {
	id := w.mutant(s.Pos(), "without %s", first(w.text(s)))
	w.insert(s.Pos(), "if !mutOn(%d) { ", id)
	in()
	w.insert(s.End(), " }")
}

func first(s string) string {
	for i, c := range s {
		if c == '\n' || i > 90 {
			return s[:i] + " …"
		}
	}
	return s
}

func (w *writer) stmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.BlockStmt:
		w.block(s.List)
	case *ast.ExprStmt:
		if !w.complains(s.X) {
			w.drops(s, func() { w.expr(s.X) })
		}
	case *ast.AssignStmt:
		in := func() {
			for _, l := range s.Lhs {
				w.place(l)
			}
			for _, r := range s.Rhs {
				w.expr(r)
			}
		}
		if s.Tok == token.DEFINE {
			in()
		} else {
			w.drops(s, in)
		}
	case *ast.IncDecStmt:
		w.drops(s, func() { w.place(s.X) })
	case *ast.ReturnStmt:
		for _, r := range s.Results {
			w.expr(r)
		}
	case *ast.IfStmt:
		if s.Init != nil {
			w.init(s.Init)
		}
		w.cond(s.Cond)
		w.block(s.Body.List)
		if s.Else != nil {
			w.stmt(s.Else)
		}
	case *ast.ForStmt: // conditions are left alone: what never ends says nothing
		w.block(s.Body.List)
	case *ast.RangeStmt:
		w.expr(s.X)
		w.block(s.Body.List)
	case *ast.SwitchStmt:
		if s.Init != nil {
			w.init(s.Init)
		}
		for _, c := range s.Body.List {
			c := c.(*ast.CaseClause)
			for _, e := range c.List {
				if s.Tag == nil {
					w.cond(e)
				}
			}
			w.block(c.Body)
		}
	case *ast.TypeSwitchStmt:
		for _, c := range s.Body.List {
			w.block(c.(*ast.CaseClause).Body)
		}
	case *ast.DeclStmt:
		if g, ok := s.Decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, v := range g.Specs {
				for _, e := range v.(*ast.ValueSpec).Values {
					w.expr(e)
				}
			}
		}
	case *ast.DeferStmt:
		for _, a := range s.Call.Args {
			w.expr(a)
		}
	}
}

// init is a statement before a condition: its expressions only.
func (w *writer) init(s ast.Stmt) {
	if a, ok := s.(*ast.AssignStmt); ok {
		for _, r := range a.Rhs {
			w.expr(r)
		}
	}
}

// place instruments what is assigned to: its index alone.
func (w *writer) place(e ast.Expr) {
	if x, ok := e.(*ast.IndexExpr); ok {
		w.expr(x.Index)
	}
}

// cond negates a condition, and goes on inside it.
func (w *writer) cond(e ast.Expr) {
	b, ok := e.(*ast.BinaryExpr)
	if equal := ok && (b.Op == token.EQL || b.Op == token.NEQ); !equal && w.info.Types[e].Value == nil { // expr negates equality itself
		id := w.mutant(e.Pos(), "not %s", first(w.text(e)))
		w.insert(e.Pos(), "mutNot(%d, ", id)
		defer w.insert(e.End(), ")")
	}
	w.expr(e)
}

func basic(t types.Type) *types.Basic {
	if t == nil {
		return nil
	}
	b, _ := t.Underlying().(*types.Basic)
	return b
}

func number(t types.Type) bool {
	b := basic(t)
	return b != nil && b.Info()&(types.IsInteger|types.IsFloat) != 0 && b.Info()&types.IsUntyped == 0
}

// complains reports whether the call makes an error, whose text is none of ours.
func (w *writer) complains(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok {
		return false
	}
	f := w.callee(call)
	return f != nil && slices.Contains([]string{"Errorf", "New", "Fail", "Failf", "Sprintf", "Sprint", "panic"}, f.Name()) && f.Pkg() != w.pkg
}

func (w *writer) callee(call *ast.CallExpr) types.Object {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return w.info.Uses[f]
	case *ast.SelectorExpr:
		return w.info.Uses[f.Sel]
	}
	return nil
}

// constant changes a number or a flag.
func (w *writer) constant(e ast.Expr, tv types.TypeAndValue) {
	b, _ := tv.Type.(*types.Basic)
	if b == nil || b.Info()&types.IsUntyped != 0 {
		return
	}
	old := w.text(e)
	var now string
	switch {
	case b.Info()&types.IsBoolean != 0:
		now = fmt.Sprint(!constant.BoolVal(tv.Value))
	case b.Info()&(types.IsInteger|types.IsFloat) == 0:
		return
	case constant.Compare(tv.Value, token.EQL, constant.MakeInt64(1)):
		now = "0"
	default:
		now = old + " + 1"
	}
	id := w.mutant(e.Pos(), "%s for %s", now, old)
	w.insert(e.Pos(), "mutV[%s](%d, ", b.Name(), id)
	w.insert(e.End(), ", %s)", now)
}

func (w *writer) expr(e ast.Expr) {
	tv := w.info.Types[e]
	if tv.Value != nil {
		w.constant(e, tv)
		return
	}
	switch e := e.(type) {
	case *ast.ParenExpr:
		w.expr(e.X)
	case *ast.BinaryExpr:
		w.binary(e)
	case *ast.UnaryExpr:
		switch {
		case e.Op == token.SUB && number(tv.Type):
			id := w.mutant(e.Pos(), "%s without its sign", w.text(e))
			w.replace(e.OpPos, 1, "mutNeg(%d, ", id)
			w.expr(e.X)
			w.insert(e.End(), ")")
		case e.Op == token.NOT:
			w.cond(e.X)
		default:
			w.expr(e.X)
		}
	case *ast.CallExpr:
		w.call(e)
	case *ast.IndexExpr:
		w.expr(e.X)
		if number(w.info.Types[e.Index].Type) && w.info.Types[e.Index].Value == nil {
			w.next(e.Index)
		} else if basic(w.info.Types[e.Index].Type) != nil && !w.info.Types[e.Index].IsType() {
			w.expr(e.Index)
		}
	case *ast.SliceExpr:
		w.expr(e.X)
		for _, x := range []ast.Expr{e.Low, e.High, e.Max} {
			if x != nil {
				w.expr(x)
			}
		}
	case *ast.CompositeLit:
		w.literal(e)
	case *ast.FuncLit:
		w.block(e.Body.List)
	case *ast.StarExpr:
	case *ast.SelectorExpr:
		if w.info.Selections[e] != nil {
			w.expr(e.X)
		}
	}
}

// next makes a whole number off by one.
func (w *writer) next(e ast.Expr) {
	id := w.mutant(e.Pos(), "%s + 1", w.text(e))
	w.insert(e.Pos(), "mutNext(%d, ", id)
	w.expr(e)
	w.insert(e.End(), ")")
}

func (w *writer) binary(e *ast.BinaryExpr) {
	x := w.info.Types[e.X]
	other := map[token.Token]string{token.ADD: "Add", token.SUB: "Sub", token.MUL: "Mul", token.QUO: "Quo", token.LSS: "Less", token.LEQ: "LessEqual"}
	now := map[token.Token]string{token.ADD: "-", token.SUB: "+", token.MUL: "/", token.QUO: "*", token.LSS: "<=", token.LEQ: "<"}
	switch e.Op {
	case token.ADD, token.SUB, token.MUL, token.QUO, token.LSS, token.LEQ, token.GTR, token.GEQ:
		y := w.info.Types[e.Y]
		if !number(x.Type) || !number(y.Type) {
			break
		}
		op, name := e.Op, ""
		if op == token.GTR || op == token.GEQ { // a > b is not a <= b
			op = map[token.Token]token.Token{token.GTR: token.LEQ, token.GEQ: token.LSS}[op]
			name = "!"
		}
		id := w.mutant(e.Pos(), "%s: %s", first(w.text(e)), map[bool]string{true: now[op], false: "with or without equality"}[name == "" && e.Op != token.LSS && e.Op != token.LEQ])
		w.insert(e.Pos(), "%smut%s(%d, ", name, other[op], id)
		w.expr(e.X)
		w.replace(e.OpPos, len(e.Op.String()), ",")
		w.expr(e.Y)
		w.insert(e.End(), ")")
		return
	case token.LAND, token.LOR:
		id := w.mutant(e.Pos(), "%s: the other of && and ||", first(w.text(e)))
		w.insert(e.Pos(), "%s(%d, ", map[token.Token]string{token.LAND: "mutAnd", token.LOR: "mutOr"}[e.Op], id)
		w.cond(e.X)
		w.replace(e.OpPos, 2, ", func() bool { return ")
		w.cond(e.Y)
		w.insert(e.End(), " })")
		return
	case token.EQL, token.NEQ:
		id := w.mutant(e.Pos(), "not %s", first(w.text(e)))
		w.insert(e.Pos(), "mutNot(%d, ", id)
		defer w.insert(e.End(), ")")
	}
	w.expr(e.X)
	if e.Op != token.SHL && e.Op != token.SHR {
		w.expr(e.Y)
	}
}

// literal instruments elements, and leaves out nodes in a list of cotangents.
func (w *writer) literal(e *ast.CompositeLit) {
	t := w.info.Types[e].Type
	for _, x := range e.Elts {
		if kv, ok := x.(*ast.KeyValueExpr); ok {
			w.expr(kv.Value)
			continue
		}
		if t.String() == "[]*"+graphPath+".Node" && len(e.Elts) > 0 && w.text(x) != "nil" {
			id := w.mutant(x.Pos(), "nil for %s", first(w.text(x)))
			w.insert(x.Pos(), "mutV(%d, ", id)
			w.expr(x)
			w.insert(x.End(), ", nil)")
			continue
		}
		w.expr(x)
	}
}
