package main

import (
	"io"
	"os"
	"strings"
	"testing"
)

// The program of the README does what the README says.
func TestS1W1ReadmeProgram(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout := os.Stdout
	os.Stdout = write
	main()
	os.Stdout = stdout
	if err := write.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(read)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"#401000001 is open and worth £722.50",
		"Wed 12 Jun 2030: nobody is booked, and you can withdraw this yourself until 09:00 on Wed 12 Jun.",
		"#401000001 is withdrawn",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("it doesn't print %q:\n%s", want, out)
		}
	}
}
