// Command mailbook writes every message that Sessional sends to a folder: each email as an .eml file, which mail
// programs open, and an index.html to look at them all, with who gets what by which rule, whether it can be turned off,
// and what a phone shows of it.
//
//	go -C examples run ./mailbook
//	go -C examples run ./mailbook -out /path/to/folder
//
// It is a host's preview of its own texts as well: give it those by notify.Texts.Override. The same program writes the
// same bytes.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	out := flag.String("out", "", "folder to write to; without it a new temporary one")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "mailbook: unexpected %q; a folder is given with -out\n", flag.Arg(0))
		os.Exit(2)
	}
	index, err := run(*out)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(index)
}

// run writes the book to a folder, and returns the path of its index.
func run(folder string) (string, error) {
	pages, err := write()
	if err != nil {
		return "", fmt.Errorf("mailbook: %w", err)
	}
	if folder == "" {
		if folder, err = os.MkdirTemp("", "sessional-mailbook-"); err != nil {
			return "", err
		}
	}
	if folder, err = filepath.Abs(folder); err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return "", err
	}
	for _, p := range pages {
		if err := os.WriteFile(filepath.Join(folder, p.file), p.mail, 0o600); err != nil {
			return "", err
		}
	}
	index, err := index(pages)
	if err != nil {
		return "", err
	}
	name := filepath.Join(folder, "index.html")
	return name, os.WriteFile(name, index, 0o600)
}
