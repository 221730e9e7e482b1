package plots

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/kedja-ml/kedja/internal/whole"
)

// palette is Okabe & Ito's ("Color Universal Design", 2008), which those who are colour-blind tell apart, without its yellow.
var palette = []color.NRGBA{
	{0x00, 0x72, 0xb2, 255},
	{0xd5, 0x5e, 0x00, 255},
	{0x00, 0x9e, 0x73, 255},
	{0xcc, 0x79, 0xa7, 255},
	{0xe6, 0x9f, 0x00, 255},
	{0x56, 0xb4, 0xe9, 255},
	{0, 0, 0, 255},
}

// WriteFile draws figures side by side to a PNG file, whole or not at all.
func WriteFile(path string, figures ...Figure) error {
	if err := whole.Write(path, func(w io.Writer) error { return Write(w, figures...) }); err != nil {
		return fmt.Errorf("plots: %s: %w", path, err)
	}
	return nil
}

// Write draws figures side by side as a PNG.
func Write(w io.Writer, figures ...Figure) error {
	if len(figures) == 0 {
		return fmt.Errorf("no figure to draw")
	}
	row := make([]*plot.Plot, len(figures))
	for i, f := range figures {
		var err error
		if row[i], err = f.plot(); err != nil {
			return err
		}
	}
	c := vgimg.NewWith(vgimg.UseWH(vg.Length(len(row))*16*vg.Centimeter, 10.5*vg.Centimeter), vgimg.UseDPI(110))
	page := draw.Crop(draw.New(c), 6, -10, 6, -6) // labels of the last ticks reach beyond their axes
	for i, at := range plot.Align([][]*plot.Plot{row}, draw.Tiles{Rows: 1, Cols: len(row), PadX: 12}, page)[0] {
		row[i].Draw(at)
	}
	_, err := vgimg.PngCanvas{Canvas: c}.WriteTo(w)
	return err
}

func (f Figure) plot() (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = f.Title, f.X, f.Y
	p.Title.TextStyle.Font.Size, p.Title.Padding = 13, 6
	p.Legend.TextStyle.Font.Size, p.Legend.Padding = 10, 2
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{}, ticks{}
	if f.Log {
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	}
	if f.LogX {
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
	}
	grid := plotter.NewGrid()
	grid.Vertical.Color, grid.Horizontal.Color = color.Gray{0xe4}, color.Gray{0xe4}
	p.Add(grid)
	drawn, entries := 0, 0
	for _, l := range f.Lines {
		some, err := f.add(p, l)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", l.Name, err)
		}
		if !some {
			continue
		}
		drawn++
		if l.Name != "" {
			entries++
		}
		if l.Best != Unmarked {
			entries++
		}
	}
	if drawn == 0 {
		return nil, fmt.Errorf("%q has no finite point to draw", f.Title)
	}
	if f.From != 0 || f.To != 0 {
		p.Y.Min, p.Y.Max = f.From, f.To
	}
	room(&p.X, f.LogX)
	room(&p.Y, f.Log)
	f.placeLegend(p, entries)
	return p, nil
}

// add draws a line, and says whether there was anything to draw.
func (f Figure) add(p *plot.Plot, l Line) (bool, error) {
	var xy plotter.XYs
	for _, q := range l.Points {
		if finite(q) && (!f.Log || q.Value > 0) && (!f.LogX || q.Step > 0) {
			xy = append(xy, plotter.XY{X: q.Step, Y: q.Value})
		}
	}
	if len(xy) == 0 {
		return false, nil
	}
	line, err := plotter.NewLine(xy)
	if err != nil {
		return false, err
	}
	hue := palette[((l.Color%len(palette))+len(palette))%len(palette)]
	line.Width, line.Color = vg.Points(1.8), hue
	if l.Dashed {
		line.Dashes = []vg.Length{vg.Points(5), vg.Points(3)}
	}
	p.Add(line)
	thumbs := []plot.Thumbnailer{line}
	if len(xy) <= 12 { // so few that each counts
		dots, err := plotter.NewScatter(xy)
		if err != nil {
			return false, err
		}
		dots.Shape, dots.Color, dots.Radius = draw.CircleGlyph{}, line.Color, vg.Points(2.2)
		p.Add(dots)
		thumbs = append(thumbs, dots)
	}
	if l.Name != "" {
		p.Legend.Add(l.Name, thumbs...)
	}
	if b, ok := l.best(); ok && (!f.Log || b.Value > 0) {
		m := mark{b, hue, l.Best != Last}
		p.Add(m)
		p.Legend.Add(l.Best.words(f.X, b), m)
	}
	return true, nil
}

// words say what is marked.
func (b Best) words(x string, p Point) string {
	if b == Last {
		return fmt.Sprintf("%.4g at %s %.3g", p.Value, x, p.Step)
	}
	return fmt.Sprintf("best: %.4g at %s %.4g", p.Value, x, p.Step)
}

// A mark is a ring about a point and a line below it; what is to the right of it lies in a shade.
type mark struct {
	at    Point
	color color.NRGBA
	shade bool
}

func (m mark) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	at := vg.Point{X: x(m.at.Step), Y: y(m.at.Value)}
	if math.IsNaN(float64(at.X)) || !c.Contains(at) {
		return
	}
	if m.shade {
		light := m.color
		light.A = 18
		c.FillPolygon(light, []vg.Point{{X: at.X, Y: c.Min.Y}, {X: c.Max.X, Y: c.Min.Y}, {X: c.Max.X, Y: c.Max.Y}, {X: at.X, Y: c.Max.Y}})
	}
	c.StrokeLine2(draw.LineStyle{Color: m.color, Width: 1, Dashes: []vg.Length{2, 2}}, at.X, c.Min.Y, at.X, at.Y)
	c.DrawGlyph(draw.GlyphStyle{Color: color.White, Radius: 4, Shape: draw.CircleGlyph{}}, at)
	c.SetLineStyle(draw.LineStyle{Color: m.color, Width: 2})
	var ring vg.Path
	ring.Move(vg.Point{X: at.X + 4, Y: at.Y})
	ring.Arc(at, 4, 0, 2*math.Pi)
	c.Stroke(ring)
}

func (m mark) Thumbnail(c *draw.Canvas) {
	at := c.Center()
	c.SetLineStyle(draw.LineStyle{Color: m.color, Width: 2})
	var ring vg.Path
	ring.Move(vg.Point{X: at.X + 3.5, Y: at.Y})
	ring.Arc(at, 3.5, 0, 2*math.Pi)
	c.Stroke(ring)
}
