// Command quickstart shows the whole of Sessional on one page: it reads a rota export, posts it, plays two weeks of
// applications, allocations, changes and withdrawals on a simulated clock, and prints what happened, who was told
// what over which channel, and which cut-off decided.
//
//	go -C examples run ./quickstart
//	go -C examples run ./quickstart -in my-export.csv
//	go -C examples run ./quickstart -db rota.db
//	go -C examples run ./quickstart -dsn postgres://localhost/rota
//	go -C examples run ./quickstart -smtp localhost:1025
//
// It is a program as a host would write it: rota-export.csv shows what a file has to look like. What happens is kept in
// SQLite, in a temporary folder or in the file given with -db, or in PostgreSQL with -dsn: the story is the same. What
// people are told is delivered from the store's queue: to a recorder, and emails with -smtp to a mail server as well. Give
// it one that keeps them, such as Mailpit: the addresses are those of the export.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

//go:embed rota-export.csv
var builtIn []byte

func main() {
	in := flag.String("in", "", "rota export to play; without it the one that is built in")
	db := flag.String("db", "", "new SQLite file to play in; without it one in a temporary folder")
	dsn := flag.String("dsn", "", "PostgreSQL to play in, in a schema that is made anew: "+schema)
	smtp := flag.String("smtp", "", "mail server to send the emails to, such as localhost:1025; without it none are sent")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "quickstart: unexpected %q; a file is given with -in\n", flag.Arg(0))
		os.Exit(2)
	}
	if err := run(context.Background(), *in, *db, *dsn, *smtp); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n", err)
		os.Exit(1)
	}
}

// run plays an export in the store that was asked for.
func run(ctx context.Context, name, file, dsn, smtp string) (err error) {
	s, closed, err := openStore(ctx, file, dsn)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closed()) }()
	return play(ctx, s, name, smtp, os.Stdout, terminal(os.Stdout))
}

// play reads an export and prints its story.
func play(ctx context.Context, s store, name, smtp string, out io.Writer, styled bool) error {
	x, err := load(name, builtIn)
	if err != nil {
		return err
	}
	return tellStory(ctx, s, x, smtp, out, styled)
}

// tellStory prints the story of an export.
func tellStory(ctx context.Context, s store, x export, smtp string, out io.Writer, styled bool) (err error) {
	page := newPage(out, styled)
	w, err := newWorld(x, s, smtp, page)
	if err != nil {
		return fmt.Errorf("quickstart: %w", err)
	}
	defer func() { err = errors.Join(err, w.transport.close()) }()
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
