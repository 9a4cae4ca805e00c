// Command quickstart shows the whole of Sessional on one page: it reads a rota export, posts it, plays two weeks of
// applications, allocations, changes and withdrawals on a simulated clock, and prints what happened, who was told
// what over which channel, and which cut-off decided.
//
//	go -C examples run ./quickstart
//	go -C examples run ./quickstart -in my-export.csv
//
// It is a program as a host would write it, in memory: rota-export.csv shows what a file has to look like.
package main

import (
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"os"
)

//go:embed rota-export.csv
var builtIn []byte

func main() {
	in := flag.String("in", "", "rota export to play; without it the one that is built in")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "quickstart: unexpected %q; a file is given with -in\n", flag.Arg(0))
		os.Exit(2)
	}
	if err := play(context.Background(), *in, os.Stdout, terminal(os.Stdout)); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n", err)
		os.Exit(1)
	}
}

// play reads an export and prints its story.
func play(ctx context.Context, name string, out io.Writer, styled bool) error {
	x, err := load(name, builtIn)
	if err != nil {
		return err
	}
	return tellStory(ctx, x, out, styled)
}

// tellStory prints the story of an export.
func tellStory(ctx context.Context, x export, out io.Writer, styled bool) error {
	page := newPage(out, styled)
	w, err := newWorld(x, page)
	if err != nil {
		return err
	}
	if err := w.run(ctx); err != nil {
		_ = page.Flush() // how far it came
		return fmt.Errorf("quickstart: %w", err)
	}
	return page.Flush()
}

// terminal says whether a file is one that shows styles.
func terminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
