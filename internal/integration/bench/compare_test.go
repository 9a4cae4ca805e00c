package bench

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// workers is how many goroutines do the same thing at once.
const workers = 16

// contestant is one way to do a thing. Each call of do gets the next number, and is made once for each.
type contestant struct {
	name string
	do   func(i int) error

	next  atomic.Int64
	times []time.Duration // of each block
	each  []time.Duration // of each operation
}

// contest is how long contestants run: so many blocks of so many operations each, after one block to warm up.
type contest struct{ blocks, ops int }

// needs is how many numbers each contestant uses up.
func (c contest) needs() int { return (c.blocks + 1) * c.ops }

// run lets the contestants take turns. What one leaves to the garbage collector is not for the next to clean up, and
// the order turns round with every block, so that being the first is nobody's fate.
func (c contest) run(tb testing.TB, all ...*contestant) {
	tb.Helper()
	for _, one := range all {
		one.block(tb, c.ops)
		one.times, one.each = nil, nil
	}
	order := slices.Clone(all)
	for range c.blocks {
		for _, one := range order {
			runtime.GC()
			one.block(tb, c.ops)
		}
		slices.Reverse(order)
	}
}

// block has the workers do so many operations between them.
func (c *contestant) block(tb testing.TB, ops int) {
	tb.Helper()
	var left atomic.Int64
	left.Store(int64(ops))
	var wait sync.WaitGroup
	took, errs := make([][]time.Duration, workers), make([]error, workers)
	began := time.Now()
	for w := range workers {
		wait.Go(func() {
			for errs[w] == nil && left.Add(-1) >= 0 {
				start := time.Now()
				errs[w] = c.do(int(c.next.Add(1) - 1))
				took[w] = append(took[w], time.Since(start))
			}
		})
	}
	wait.Wait()
	c.times = append(c.times, time.Since(began))
	c.each = append(c.each, slices.Concat(took...)...)
	for _, err := range errs {
		if err != nil {
			tb.Fatalf("%s: %v", c.name, err)
		}
	}
}

// figures are a contestant's own: what a machine does in a second says as much about the machine, so they promise
// nothing.
func (c *contestant) figures(ops int) string {
	slices.Sort(c.each)
	return fmt.Sprintf("%-34s %7.0f/s   p50 %8s   p99 %8s", c.name, float64(ops)/median(c.times).Seconds(),
		c.each[len(c.each)/2].Round(10*time.Microsecond), c.each[len(c.each)*99/100].Round(10*time.Microsecond))
}

// ratio is the median of the ratios of blocks that ran one after the other.
func ratio(a, b *contestant) float64 {
	all := make([]float64, len(a.times))
	for i := range all {
		all[i] = a.times[i].Seconds() / b.times[i].Seconds()
	}
	return median(all)
}

func median[T ~int64 | ~float64](all []T) T {
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}

// out is where benchmarks print what they found. A benchmark's log comes cut into lines with its own position before
// each; the ratios are to be read by people as well as by internal/tools/ratios.
var out io.Writer = os.Stdout

// say prints the contestants' figures.
func (c contest) say(what string, all ...*contestant) {
	_, _ = fmt.Fprintf(out, "\n%s\n", what)
	for _, one := range all {
		_, _ = fmt.Fprintf(out, "  %s\n", one.figures(c.ops))
	}
}

// promise prints a ratio that has to be kept, in the form that internal/tools/ratios reads.
func promise(name string, measured float64, relation string, target float64) {
	_, _ = fmt.Fprintf(out, "ratio %s %.3f %s %g\n", name, measured, relation, target)
}

// note prints a ratio that nothing is promised about.
func note(what string, measured float64) { _, _ = fmt.Fprintf(out, "  %s: %.3f\n", what, measured) }
