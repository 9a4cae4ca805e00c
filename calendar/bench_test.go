package calendar_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/rickar/cal/v2"

	"github.com/sessional-go/sessional/calendar"
)

// The year that is counted, from a Wednesday morning to the next.
var (
	yearFrom = time.Date(2026, time.February, 4, 9, 30, 0, 0, time.UTC)
	yearTo   = time.Date(2027, time.February, 4, 9, 30, 0, 0, time.UTC)
)

// benchmarkZones are London as the machine's zone database has it, and as a
// formula without a table of changes.
func benchmarkZones(t testing.TB) []benchmarkZone {
	t.Helper()
	return []benchmarkZone{{"", zone(t, "Europe/London")}, {"-slim", slimLondon(t)}}
}

type benchmarkZone struct {
	suffix string
	loc    *time.Location
}

func inZone(t testing.TB, loc *time.Location) *calendar.Calendar {
	t.Helper()
	return must[*calendar.Calendar](t)(calendar.New(calendar.Options{
		Location: loc, Holidays: calendar.UKHolidays(calendar.EnglandAndWales), First: 2011, Last: 2040,
	}))
}

func rickar(cached bool) *cal.BusinessCalendar {
	b := cal.NewBusinessCalendar()
	b.AddHoliday(calendar.UKHolidays(calendar.EnglandAndWales)...)
	b.Cacheable = cached
	return b
}

// rickarYear is the same count by rickar/cal, whose ranges have both ends.
func rickarYear(b *cal.BusinessCalendar, loc *time.Location) int {
	return b.WorkdaysInRange(yearFrom.In(loc), yearTo.In(loc).AddDate(0, 0, -1))
}

var sink int

func benchOurs(c *calendar.Calendar) func(*testing.B) {
	return func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			n, err := c.BusinessDays(yearFrom, yearTo)
			if err != nil {
				b.Fatal(err)
			}
			sink += n
		}
	}
}

func benchRickar(c *cal.BusinessCalendar, loc *time.Location) func(*testing.B) {
	return func(b *testing.B) {
		sink += rickarYear(c, loc) // fills the cache
		b.ReportAllocs()
		for b.Loop() {
			sink += rickarYear(c, loc)
		}
	}
}

func BenchmarkBusinessDaysYear(b *testing.B) {
	for _, z := range benchmarkZones(b) {
		b.Run("sessional"+z.suffix, benchOurs(inZone(b, z.loc)))
		b.Run("rickar"+z.suffix, benchRickar(rickar(false), z.loc))
		b.Run("rickar-cached"+z.suffix, benchRickar(rickar(true), z.loc))
	}
}

func BenchmarkCutOff5BusinessDays(b *testing.B) {
	for _, z := range benchmarkZones(b) {
		c := inZone(b, z.loc)
		b.Run("London"+z.suffix, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				cut, err := c.CutOff(fee, yearFrom)
				if err != nil {
					b.Fatal(err)
				}
				sink += cut.At.Nanosecond()
			}
		})
	}
}

func BenchmarkResolve(b *testing.B) {
	c := uk(b, calendar.EnglandAndWales)
	l := local(b, "2026-07-14", "08:00")
	b.ReportAllocs()
	for b.Loop() {
		v, err := c.Resolve(l)
		if err != nil {
			b.Fatal(err)
		}
		sink += v.Nanosecond()
	}
}

func BenchmarkHoursNext(b *testing.B) {
	c := uk(b, calendar.EnglandAndWales)
	h := hours(b, support)
	friday := at(b, "2026-04-03T20:00:00+01:00")
	b.ReportAllocs()
	for b.Loop() {
		v, err := h.Next(c, friday)
		if err != nil {
			b.Fatal(err)
		}
		sink += v.Nanosecond()
	}
}

func BenchmarkNew(b *testing.B) {
	loc := zone(b, "Europe/London")
	b.ReportAllocs()
	for b.Loop() {
		inZone(b, loc)
	}
}

// BenchmarkRatioBusinessDays measures what is promised beside rickar/cal with
// its cache on, in one run, and prints it for make bench.
func BenchmarkRatioBusinessDays(b *testing.B) {
	for _, z := range benchmarkZones(b) {
		c, peer := inZone(b, z.loc), rickar(true)
		if got, want := must[int](b)(c.BusinessDays(yearFrom, yearTo)), rickarYear(peer, z.loc); got != want {
			b.Fatalf("%d business days, rickar/cal counts %d", got, want)
		}
		ours := nsPerOp(func(n int) {
			for range n {
				days, _ := c.BusinessDays(yearFrom, yearTo)
				sink += days
			}
		})
		theirs := nsPerOp(func(n int) {
			for range n {
				sink += rickarYear(peer, z.loc)
			}
		})
		cut := nsPerOp(func(n int) {
			for range n {
				v, _ := c.CutOff(fee, yearFrom)
				sink += v.At.Nanosecond()
			}
		})
		fmt.Printf("\nratio calendar-business-days%s %.0f >= 2000\n", z.suffix, theirs/ours)
		// Figures, not promises: a time says as much about the machine as about the code.
		fmt.Printf("figure calendar-business-days%s %.1f ns\n", z.suffix, ours)
		fmt.Printf("figure calendar-cut-off%s %.1f ns\n", z.suffix, cut)
	}
	b.ReportMetric(0, "ns/op") // the lines above are the result
}

// nsPerOp is how long a call takes in the fastest of five rounds, the one that
// the machine's other work disturbed least. testing.Benchmark cannot be used
// inside a benchmark.
func nsPerOp(f func(n int)) float64 {
	timed := func(n int) time.Duration {
		began := time.Now()
		f(n)
		return time.Since(began)
	}
	n := 1
	for timed(n) < 20*time.Millisecond {
		n *= 2
	}
	best := timed(n)
	for range 4 {
		best = min(best, timed(n))
	}
	return float64(best.Nanoseconds()) / float64(n)
}

func TestT4CountingDoesNotAllocate(t *testing.T) {
	for _, z := range benchmarkZones(t) {
		c := inZone(t, z.loc)
		start := at(t, "2026-07-14T08:00:00+01:00")
		h := hours(t, support)
		deemed := fee
		deemed.DeemedAfter = calendar.MustClock(17, 0)
		l := local(t, "2026-07-14", "08:00")
		for what, f := range map[string]func(){
			"BusinessDays": func() { n, _ := c.BusinessDays(yearFrom, yearTo); sink += n },
			"CutOff": func() {
				for _, n := range []calendar.Notice{self, fee, phone, deemed} {
					cut, _ := c.CutOff(n, start)
					sink += cut.At.Nanosecond()
				}
			},
			"Given":   func() { n, _ := c.Given(deemed, yearFrom, start); sink += n },
			"DateOf":  func() { d, _ := c.DateOf(start); sink += d.Day() },
			"Resolve": func() { v, _ := c.Resolve(l); sink += v.Nanosecond() },
			"LocalOf": func() { v, _ := c.LocalOf(start); sink += v.Date.Day() },
			"Next":    func() { v, _ := h.Next(c, start); sink += v.Nanosecond() },
		} {
			if n := testing.AllocsPerRun(100, f); n != 0 {
				t.Errorf("%s in London%s: %v allocations", what, z.suffix, n)
			}
		}
	}
}

// A zone that is a formula has the same days as one with a table.
func TestT1ZonesOfAnyFormAgree(t *testing.T) {
	table, formula := inZone(t, zone(t, "Europe/London")), inZone(t, slimLondon(t))
	for d := day(t, "2011-01-01"); d.Year() < 2041; d = d.AddDays(1) {
		a, b := must[time.Time](t)(table.StartOf(d)), must[time.Time](t)(formula.StartOf(d))
		if !a.Equal(b) {
			t.Fatalf("%s begins at %s and %s", d, a, b)
		}
	}
}
