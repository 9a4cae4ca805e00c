package session

import "strings"

// spaced turns a stored word such as no_show into what a person reads.
func spaced(word string) string { return strings.ReplaceAll(word, "_", " ") }

// Words returns the capacity as it reads in a sentence: "a practice", "a rota manager".
func (c Capacity) Words() string {
	switch c {
	case AsSupport:
		return "customer support"
	case AsSystem:
		return "the system"
	case AsPractice, AsClinician, AsRotaManager:
		return "a " + spaced(c.String())
	}
	return "nobody in particular"
}

// verb is what follows the kind in a sentence: hours are, a session is.
func (k SubjectKind) verb() string {
	if k == KindHours || k == KindSettings {
		return "are"
	}
	return "is"
}

// Words returns the kind as it reads in a sentence: "support case".
func (k SubjectKind) Words() string { return spaced(string(k)) }
