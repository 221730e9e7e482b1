package plots

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/train"
)

// overfitted falls in training, and turns in validation at step 300.
func overfitted() (rs []train.Report) {
	for i := 1; i <= 20; i++ {
		step := 50 * i
		x := float64(step) / 300
		rs = append(rs, train.Report{
			Step: step, Train: map[string]float64{"loss": 2 * math.Exp(-x), "accuracy": 1 - math.Exp(-2*x)},
			Validation: map[string]float64{"loss": 0.6 + 0.3*(x-1)*(x-1) + 1.2*math.Exp(-3*x)},
		})
	}
	return rs
}

func drawn(t *testing.T, figures ...Figure) image.Image {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, figures...); err != nil {
		t.Fatal(err)
	}
	m, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// count is how many pixels have a colour.
func count(m image.Image, c color.NRGBA) (n int) {
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			if color.NRGBAModel.Convert(m.At(x, y)) == c {
				n++
			}
		}
	}
	return n
}

// differ is how many pixels do.
func differ(a, b image.Image) (n int) {
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if a.At(x, y) != b.At(x, y) {
				n++
			}
		}
	}
	return n
}

func TestCurvesAreDrawn(t *testing.T) {
	f := Curves("loss", false, overfitted())
	if b, ok := f.Lines[1].best(); !ok || b.Step != 350 { // where the parabola and the exponential balance
		t.Errorf("the best is at %+v", b)
	}
	m := drawn(t, f)
	for i := range 2 {
		if n := count(m, palette[i]); n < 300 {
			t.Errorf("%d pixels of line %d", n, i)
		}
	}
	without := f
	without.Lines = append([]Line{}, f.Lines...)
	without.Lines[1].Best = Unmarked
	plain := drawn(t, without)
	if n := differ(m, plain); n < 50_000 { // the shade
		t.Errorf("%d pixels change where the best is marked", n)
	}
	if b := drawn(t, f, f).Bounds(); b.Dx() != 2*m.Bounds().Dx() || b.Dy() != m.Bounds().Dy() {
		t.Error(b)
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{
		{0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{0.07, 2.2, "0.5 1.0 1.5 2.0"},
		{50, 1000, "200 400 600 800 1000"},
		{-0.3, 0.3, "-0.3 -0.2 -0.1 0.0 0.1 0.2 0.3"},
		{0.9931, 0.9958, "0.9935 0.9940 0.9945 0.9950 0.9955"},
		{0, 3e6, "0 500000 1e+06 1.5e+06 2e+06 2.5e+06 3e+06"},
		{1e-7, 4e-7, "1e-07 1.5e-07 2e-07 2.5e-07 3e-07 3.5e-07 4e-07"},
	} {
		var got []string
		for _, k := range (ticks{}).Ticks(c.low, c.high) {
			got = append(got, k.Label)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%v to %v: %s, want %s", c.low, c.high, s, c.want)
		}
	}
}

// The same figure gives the same bytes.
func TestSameBytes(t *testing.T) {
	f := Curves("loss", false, overfitted())
	var a, b bytes.Buffer
	if err := Write(&a, f); err != nil {
		t.Fatal(err)
	}
	if err := Write(&b, f); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("other bytes", err)
	}
}

func TestOddPoints(t *testing.T) {
	nan := math.NaN()
	for name, f := range map[string]Figure{
		"one point":  {Lines: []Line{{Points: []Point{{3, 5}}, Best: Smallest}}},
		"NaN":        {Lines: []Line{{Name: "a", Points: []Point{{1, nan}, {2, 1}, {3, math.Inf(1)}, {4, 2}}, Best: Largest}}},
		"log of 0":   {Log: true, LogX: true, Lines: []Line{{Points: []Point{{0, 1}, {1, 0}, {2, 1}, {3, 10}}, Best: Smallest}}},
		"log of one": {Log: true, LogX: true, Lines: []Line{{Points: []Point{{2, 1}}}}},
		"empty line": {Lines: []Line{{Name: "a"}, {Points: []Point{{1, 1}, {2, 1}}, Dashed: true, Color: -9}}},
		"cut":        {To: 0.5, Lines: []Line{{Points: []Point{{1, 1}, {2, 3}}, Best: Largest}}},
	} {
		t.Run(name, func(t *testing.T) { drawn(t, f) })
	}
	for _, fs := range [][]Figure{nil, {{Title: "none"}}, {{Title: "none", Lines: []Line{{Points: []Point{{1, nan}}}}}}, {{Title: "none", Log: true, Lines: []Line{{Points: []Point{{1, -1}}}}}}} {
		if err := Write(&bytes.Buffer{}, fs...); err == nil || !strings.Contains(err.Error(), "no") {
			t.Error(err)
		}
	}
}

func TestReadLog(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "metrics.jsonl")
	text := `{"step":5,"epoch":0,"loss":0.5,"accuracy":1}
{"step":6,"event":"went back"}
{"step":10,"epoch":1,"loss":null,"validation_loss":0.75}
`
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	rs, err := ReadLog(path)
	if err != nil || len(rs) != 2 {
		t.Fatal(rs, err)
	}
	a, b := rs[0], rs[1]
	if a.Step != 5 || len(a.Train) != 2 || a.Train["loss"] != 0.5 || len(a.Validation) != 0 || b.Epoch != 1 || !math.IsNaN(b.Train["loss"]) || b.Validation["loss"] != 0.75 {
		t.Errorf("%+v", rs)
	}
	out := filepath.Join(dir, "curves.png")
	if err := WriteFile(out, Curves("loss", false, rs)); err != nil {
		t.Error(err)
	}
	if err := WriteFile(filepath.Join(dir, "none", "c.png"), Curves("loss", false, rs)); err == nil || strings.Count(err.Error(), "c.png") != 1 {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadLog(path); err == nil || !strings.Contains(err.Error(), "metrics.jsonl: line 1") {
		t.Error(err)
	}
	if _, err := ReadLog(filepath.Join(dir, "none")); err == nil || strings.Count(err.Error(), "none") != 1 {
		t.Error(err)
	}
}

// A class has its name before its row, and room for it.
func TestConfusion(t *testing.T) {
	counts := [][]int{{30, 2}, {0, 31}}
	plain, named := Confusion(counts, []string{"0", "1"}), Confusion(counts, []string{"disc", "a long name"})
	if a, b := plain.Bounds().Dx(), named.Bounds().Dx(); a != 40+2*44+10 || b != 7*15+2*44+10 {
		t.Error(a, b)
	}
}

func TestMain(m *testing.M) {
	if to := os.Getenv("KEDJA_PLOTS"); to != "" { // to look at them
		rs := overfitted()
		if err := WriteFile(to, Curves("loss", false, rs), Curves("accuracy", true, rs)); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}
