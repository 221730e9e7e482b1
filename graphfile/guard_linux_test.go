package graphfile

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// fence is memory with a page on either side that nobody may touch.
type fence struct{ mem []byte }

const fenced = 1 << 17

func newFence(t *testing.T) fence {
	page := syscall.Getpagesize()
	mem, err := syscall.Mmap(-1, 0, fenced+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(mem) })
	for _, p := range [][]byte{mem[:page], mem[len(mem)-page:]} {
		if err := syscall.Mprotect(p, syscall.PROT_NONE); err != nil {
			t.Skip(err)
		}
	}
	return fence{mem[page : len(mem)-page]}
}

// buffer lies at the end of the fence, or at its begin.
func (f fence) buffer(t graph.Type, end bool) graph.Buffer {
	n := t.Bytes()
	if end {
		return graph.Over(t, f.mem[len(f.mem)-n:])
	}
	return graph.Over(t, f.mem[:n])
}

// An application is an op with types of operands.
type application struct {
	op graph.Op
	in []graph.Type
}

// applications are those of the cases of all ops, and of their derivatives: a few of each kind.
func applications(t *testing.T) map[string][]application {
	known, err := collect(nil).table()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]application{}
	for _, info := range ops.All() {
		for i := 0; i < len(info.Cases); i += 3 {
			k := info.Cases[i]
			g := graph.New(graph.Training)
			in := nodes{}
			for _, o := range k.In {
				d := o.Dtype
				if d == graph.Float32 {
					d = graph.Dtype(i % 2)
				}
				in = append(in, g.Placeholder("x", graph.Type{Dtype: d, Shape: o.Shape}))
			}
			if len(in) == 0 {
				in = nodes{g.Fill(0, graph.T(graph.Float32))}
			}
			ys := k.F(in)
			for range min(info.Order, 2) {
				ys = append(slices.Clone(ys), pulled(ys, in)...)
			}
			for _, n := range graph.Order(ys, nil) {
				a := application{op: n.Op()}
				for _, x := range n.In() {
					a.in = append(a.in, x.Type())
				}
				name := known.types[reflect.TypeOf(n.Op())].Name
				if _, kernel := n.Op().(graph.Kernel); kernel && len(all[name]) < 40 {
					all[name] = append(all[name], a)
				}
			}
		}
	}
	return all
}

// pulled are cotangents of in.
func pulled(ys, in nodes) (ds nodes) {
	cot := make(nodes, len(ys))
	for i, y := range ys {
		if y.Dtype().Float() {
			cot[i] = ops.Like(0.5, y)
		}
	}
	return slices.DeleteFunc(autodiff.VJP(ys, cot, in), func(d *graph.Node) bool { return d == nil })
}

// change makes one attribute or one operand's type another.
func (a application) change(r *rand.Rand, k *kind) (application, bool) {
	in := slices.Clone(a.in)
	if n := r.IntN(len(k.attrs) + len(in)); n >= len(k.attrs) {
		x := &in[n-len(k.attrs)]
		switch d := x.Shape.Dims(); {
		case r.IntN(3) == 0:
			x.Dtype = graph.Dtype(r.IntN(8))
		case r.IntN(2) == 0 && len(d) > 0:
			d[r.IntN(len(d))] = r.IntN(6)
			x.Shape = graph.Of(d...)
		case r.IntN(2) == 0 && len(d) > 0:
			x.Shape = graph.Of(d[1:]...)
		default:
			x.Shape = graph.Of(append(d, 1+r.IntN(3))...)
		}
		return application{a.op, in}, x.Shape.Err() == nil
	}
	form := reflect.New(k.form).Elem()
	form.Set(reflect.ValueOf(a.op))
	attr := k.attrs[r.IntN(len(k.attrs))]
	v := attr.at(form)
	pick := []int64{-1, -2, 0, 1, 2, 3, 4, 5, 8, 100, 1 << 40, -1 << 40}[r.IntN(12)]
	switch attr.tag {
	case tagBool:
		v.SetBool(!v.Bool())
	case tagInt:
		if r.IntN(2) == 0 {
			pick = v.Int() + int64(r.IntN(5)) - 2
		}
		if v.OverflowInt(pick) {
			return a, false
		}
		v.SetInt(pick)
	case tagUint:
		if pick < 0 || v.OverflowUint(uint64(pick)) {
			return a, false
		}
		v.SetUint(uint64(pick))
	case tagFloat:
		v.SetFloat(float64(pick))
	case tagDtype:
		v.SetUint(uint64(r.IntN(8)))
	case tagShape:
		d := v.Interface().(graph.Shape).Dims()
		switch {
		case len(d) > 0 && r.IntN(2) == 0:
			d[r.IntN(len(d))] = r.IntN(6)
		case len(d) > 0 && r.IntN(2) == 0:
			d = d[:len(d)-1]
		case len(d) < graph.MaxRank:
			d = append(d, r.IntN(4))
		}
		v.Set(reflect.ValueOf(graph.Of(d...)))
	default:
		return a, false
	}
	return application{form.Interface().(graph.Op), in}, true
}

// Whatever a file says of an op, Infer refuses it, or the kernel keeps within its operands and results. A panic of Go's is an error of the
// run; this looks for what Go does not see: assembly beyond an end, and views of what is not there.
func TestKernelsKeepWithin(t *testing.T) {
	known, err := collect(nil).table()
	if err != nil {
		t.Fatal(err)
	}
	var fences []fence
	for range 24 {
		fences = append(fences, newFence(t))
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	all, r := applications(t), rand.New(rand.NewPCG(3, 4))
	trials := 300
	if testing.Short() {
		trials = 30
	}
	ran, changed := 0, 0
	for _, name := range slices.Sorted(maps.Keys(all)) {
		k := known.names[name]
		if err := k.describe(); err != nil {
			t.Fatal(err)
		}
		bad := map[string]bool{}
		for i := range trials {
			a := all[name][r.IntN(len(all[name]))]
			if ok := i%10 == 0 || len(k.attrs)+len(a.in) == 0 || k.Form != nil; !ok {
				for range 1 + r.IntN(2) {
					if a, ok = a.change(r, k); !ok {
						break
					}
				}
				if !ok {
					continue
				}
				changed++
			}
			if why := within(a, fences, r); why != "" {
				if why == "ran" {
					ran++
				} else if !bad[why] {
					bad[why] = true
					t.Errorf("%s of %v: %s", graph.Attributes(a.op), a.in, why)
				}
			}
		}
	}
	t.Logf("%d applications ran; %d were changed, of which Infer refused most", ran, changed)
}

// within runs an application between fences.
func within(a application, fences []fence, r *rand.Rand) (why string) {
	out, ok := inferred(a)
	if !ok {
		return ""
	}
	stage := "work"
	defer time.AfterFunc(30*time.Second, func() { panic(fmt.Sprintf("%s of %v does not end", graph.Attributes(a.op), a.in)) }).Stop()
	defer func() {
		if x := recover(); x != nil {
			why = ""
			err, isErr := x.(runtime.Error)
			if _, fault := x.(interface{ Addr() uintptr }); fault {
				why = fmt.Sprintf("touches what is not its own: %v %s", err, site())
			} else if stage == "work" && isErr {
				why = fmt.Sprintf("cannot be planned: %v %s", err, site())
			}
		}
	}()
	for _, x := range slices.Concat(a.in, out) {
		if x.Bytes() > fenced/2 || slices.ContainsFunc(x.Shape.Dims(), func(d int) bool { return d > 1<<12 }) {
			return ""
		}
	}
	if v, view := a.op.(graph.View); view {
		x := a.in[0]
		y, ok := v.View(x, graph.Layout{Strides: x.Shape.Strides()})
		lo, hi := y.Offset, y.Offset
		for i := range out[0].Shape.Rank() {
			step := y.Strides[i] * (out[0].Shape.Dim(i) - 1)
			lo, hi = lo+min(0, step), hi+max(0, step)
		}
		if ok && out[0].Shape.Size() > 0 && (lo < 0 || hi >= x.Shape.Size()) {
			return fmt.Sprintf("sees elements %d to %d of %d", lo, hi, x.Shape.Size())
		}
	}
	w := graph.Work{Phases: [3]int{1}}
	if p, ok := a.op.(graph.Parallel); ok {
		w = p.Work(a.in, out)
	}
	if w.Scratch > fenced || w.Local > fenced || w.Scratch < 0 || w.Local < 0 {
		return ""
	}
	stage = "run"
	end := r.IntN(4) > 0
	c := &graph.Call{Scratch: fences[0].buffer(graph.T(graph.Uint8, (w.Scratch+63)&^63), true), Local: fences[1].buffer(graph.T(graph.Uint8, (w.Local+63)&^63), true)}
	for i, x := range slices.Concat(a.in, out) {
		b := fences[2+i].buffer(x, end)
		if i >= len(a.in) {
			c.Out = append(c.Out, b)
			continue
		}
		for j := range b.Len() {
			set(b, j, []int{0, 1, 2, 3, 1, 0, 2, -1, 1000}[r.IntN(9)%(7+2*r.IntN(2))])
		}
		c.In = append(c.In, b)
	}
	for phase, tasks := range w.Phases {
		for task := range min(tasks, 1000) {
			c.Phase, c.Task, c.Tasks = phase, task, tasks
			if err := a.op.(graph.Kernel).Eval(c); err != nil {
				return ""
			}
		}
	}
	return "ran"
}

// inferred are the types of the results; an op that panics does not take the operands.
func inferred(a application) (out []graph.Type, ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	out, err := a.op.Infer(a.in)
	if err != nil {
		return nil, false
	}
	for _, x := range out {
		if x.Shape.Err() != nil || x.Dtype > graph.BFloat16 {
			return nil, false
		}
	}
	return out, true
}

func set(b graph.Buffer, i, v int) {
	switch b.Type.Dtype {
	case graph.Float32:
		graph.Data[float32](b)[i] = float32(v)
	case graph.Float64:
		graph.Data[float64](b)[i] = float64(v)
	case graph.Int32:
		graph.Data[int32](b)[i] = int32(v)
	case graph.Int64:
		graph.Data[int64](b)[i] = int64(v)
	case graph.Uint8:
		graph.Data[uint8](b)[i] = uint8(v)
	case graph.Bool:
		graph.Data[bool](b)[i] = v > 0
	default:
		*(*uint16)(unsafe.Add(b.Pointer(), 2*i)) = uint16(v)
	}
}

// site is where a panic came from, in package ops or a kernel.
func site() string {
	var at []string
	pc := make([]uintptr, 40)
	fs := runtime.CallersFrames(pc[:runtime.Callers(3, pc)])
	for f, more := fs.Next(); more; f, more = fs.Next() {
		if strings.Contains(f.Function, "kedja/ops") || strings.Contains(f.Function, "kedja/internal/kernel") {
			at = append(at, fmt.Sprintf("%s:%d", f.Function[strings.LastIndexByte(f.Function, '/')+1:], f.Line))
		}
	}
	return strings.Join(at[:min(2, len(at))], " < ")
}
