package withdrawal_test

import (
	"encoding"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/withdrawal"
)

// What the package comment draws is what the tables say.
func TestDiagramsInTheDocumentation(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for name, diagram := range map[string]string{"W4 case": withdrawal.CaseDiagram(), "W7 fee": withdrawal.FeeDiagram()} {
		drawn := "//\n"
		for line := range strings.Lines(diagram) {
			drawn += "//\t" + line
		}
		if !strings.Contains(string(doc), drawn+"//\n") {
			t.Errorf("%s: doc.go does not hold\n%s", name, drawn)
		}
	}
}

type word interface {
	fmt.Stringer
	encoding.TextMarshaler
}

func TestWordsAreReadAsTheyAreWritten(t *testing.T) {
	check := func(w word, back encoding.TextUnmarshaler, same func() bool) {
		t.Helper()
		text, err := w.MarshalText()
		if err != nil || string(text) != w.String() || w.String() == "" {
			t.Errorf("%v: %q %v", w, text, err)
		}
		if err := back.UnmarshalText(text); err != nil || !same() {
			t.Errorf("%q is read as %v, %v", text, back, err)
		}
		if back.UnmarshalText([]byte("nonsense")) == nil {
			t.Errorf("%T reads nonsense", back)
		}
	}
	for q := withdrawal.WithdrawSession; q <= withdrawal.CancelOwnBooking; q++ {
		var back withdrawal.Question
		check(q, &back, func() bool { return back == q })
	}
	for s := withdrawal.CaseOpen; s <= withdrawal.CaseRetracted; s++ {
		var back withdrawal.CaseState
		check(s, &back, func() bool { return back == s })
	}
	for v := withdrawal.ByPhone; v <= withdrawal.ByForm; v++ {
		var back withdrawal.CaseVia
		check(v, &back, func() bool { return back == v })
	}
	for s := withdrawal.FeeClaimable; s <= withdrawal.FeeDisputed; s++ {
		var back withdrawal.FeeState
		check(s, &back, func() bool { return back == s })
	}
}
