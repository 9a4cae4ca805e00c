package notify_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

func TestN6OverrideByKindChannelAndLanguage(t *testing.T) {
	var texts notify.Texts
	override := func(k notify.Kind, c notify.Channel, language string, own notify.Template) {
		t.Helper()
		if err := texts.Override(k, c, language, own); err != nil {
			t.Fatal(err)
		}
	}
	override(notify.InvoicePaid, notify.Email, "", notify.Template{Subject: "Paid: {{.Sum}}"})
	override(notify.InvoicePaid, notify.Email, "cy", notify.Template{Subject: "Talwyd: {{.Sum}}",
		Text: "Diolch, {{.Name}}."})
	override(notify.InvoicePaid, notify.Email, "cy-GB", notify.Template{HTML: "<p>{{.Practice}}</p>"})
	override(notify.InvoicePaid, notify.Android, "", notify.Template{Title: "Kerching"})
	render := func(c notify.Channel, language string) notify.Message {
		t.Helper()
		p := reachable
		p.Language = language
		d := sample(t)
		d.Practice = "<Riverside>"
		m, err := texts.Render(notify.Delivery{Kind: notify.InvoicePaid, Channel: c}, p, d)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	equal(t, "subject in any language", render(notify.Email, "").Subject, "Paid: £630.00")
	if m := render(notify.Email, "fr"); !strings.Contains(m.Text, "Your invoice of") || !strings.Contains(m.HTML,
		`lang="en"`) {
		t.Errorf("the rest is not built in, in English:\n%s", m.Text)
	}
	welsh := render(notify.Email, "cy")
	equal(t, "subject in Welsh", welsh.Subject, "Talwyd: £630.00")
	if !strings.Contains(welsh.Text, "Diolch, Ann.") || !strings.Contains(welsh.HTML, "Diolch, Ann.") {
		t.Errorf("not in Welsh:\n%s\n%s", welsh.Text, welsh.HTML)
	}
	region := render(notify.Email, "cy-gb")
	equal(t, "subject of the region", region.Subject, "Talwyd: £630.00")
	equal(t, "HTML of the region", region.HTML, "<p>&lt;Riverside&gt;</p>")
	equal(t, "title", render(notify.Android, "cy").Title, "Kerching")
	equal(t, "title on the other channel", render(notify.IPhone, "cy").Title, "Invoice paid")
}

func TestN6OverrideRefusesWhatIsNoTemplate(t *testing.T) {
	for field, own := range map[string]notify.Template{
		"Subject": {Subject: "{{.Reference"},
		"Text":    {Text: "{{.Secret}}"},
		"Title":   {Title: "{{nothing}}"},
		"Body":    {Body: "{{.Name.First}}"},
		"HTML":    {HTML: "<a href={{.Link>"},
	} {
		var texts notify.Texts
		var bad *session.FieldError
		if err := texts.Override(notify.Digest, notify.Email, "", own); !errors.As(err, &bad) || bad.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
	var texts notify.Texts
	wrong(t, texts.Override(notify.Digest, notify.Android, "", notify.Template{}), "Channel")
	wrong(t, texts.Override(notify.Digest, notify.Email, "not a tag", notify.Template{}), "Language")
	wrong(t, texts.Override(notify.Digest, notify.Email, "en-", notify.Template{}), "Language")
	wrong(t, texts.Override("gossip", notify.Email, "", notify.Template{}), "Kind")
	wrong(t, texts.Override(notify.Digest, 0, "", notify.Template{}), "Channel")
	wrong(t, texts.Override(notify.Digest, notify.Email, "", notify.Template{HTML: "{{.Secret}}"}), "HTML")
}

func TestN6RenderSaysWhatIsMissing(t *testing.T) {
	var texts notify.Texts
	for _, d := range []notify.Delivery{{Kind: "gossip", Channel: notify.Email}, {Kind: notify.Digest,
		Channel: notify.Android}} {
		if _, err := texts.Render(d, reachable, notify.Data{}); err == nil {
			t.Errorf("%v was rendered", d)
		}
	}
}

// What a template asks of data is asked when it is loaded, with data in which everything is known as well.
func TestN6OverrideTriesTemplatesOut(t *testing.T) {
	const beyond = "{{range .Items}}{{index $.Findings 9}}{{end}}"
	for field, own := range map[string]notify.Template{
		"Subject": {Subject: beyond}, "Text": {Text: beyond}, "HTML": {HTML: beyond},
	} {
		var texts notify.Texts
		wrong(t, texts.Override(notify.Digest, notify.Email, "", own), field)
	}
	// What depends on how much there is can still fail when it is rendered.
	const second = "{{if gt (len .Items) 1}}{{index $.Findings 9}}{{end}}"
	for _, own := range []notify.Template{{Subject: second}, {Text: second}, {HTML: second}} {
		var texts notify.Texts
		if err := texts.Override(notify.Digest, notify.Email, "", own); err != nil {
			t.Fatal(err)
		}
		d := sample(t)
		d.Items = append(d.Items, d.Items...)
		if _, err := texts.Render(notify.Delivery{Kind: notify.Digest, Channel: notify.Email}, reachable, d); err == nil {
			t.Errorf("%v was rendered", own)
		}
	}
}

// Whoever loads texts from files learns which one is wrong.
func TestN6OverrideNamesKindChannelAndLanguage(t *testing.T) {
	var texts notify.Texts
	err := texts.Override(notify.InvoicePaid, notify.IPhone, "cy", notify.Template{Body: "{{.Sum"})
	var bad *notify.TemplateError
	if !errors.As(err, &bad) {
		t.Fatalf("got %v", err)
	}
	equal(t, "kind", bad.Kind, notify.InvoicePaid)
	equal(t, "channel", bad.Channel, notify.IPhone)
	equal(t, "language", bad.Language, "cy")
	equal(t, "code", bad.Code(), "bad_template")
	for _, want := range []string{"invoice_paid", "iphone", `in "cy"`, "Body"} {
		if !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(want)) {
			t.Errorf("%q does not name %s", err, want)
		}
	}
	if err := texts.Override(notify.Digest, notify.Email, "", notify.Template{Text: "{{"}); strings.Contains(err.Error(),
		" in ") {
		t.Errorf("%v", err)
	}
}

// Every kind, on every channel that carries it, in every language: a host's own text is used exactly there, each part
// of it, and what it leaves out comes from the next closest. Shortened, for some kinds.
func TestN6OverrideOfEveryKindOnEveryChannel(t *testing.T) {
	languages := []string{"", "zh", "zh-Hant", "zh-Hant-TW"}
	for n, k := range notify.MessageKinds() {
		if testing.Short() && n%8 > 0 {
			continue
		}
		for _, c := range channels(t, k) {
			var texts notify.Texts
			for n, language := range languages {
				mark := "own [" + language + "]"
				own := notify.Template{Subject: mark, Text: mark, Title: mark, Body: mark}
				if err := texts.Override(k, c, language, own); err != nil {
					t.Fatal(err)
				}
				for reader, closest := range map[string]int{
					"": 0, "fr": 0, "zh": 1, "ZH": 1, "zh-Hans": 1, "zh-hant": 2, "zh-Hant-HK": 2, "zh-Hant-TW": 3, "z": 0,
				} {
					want := "own [" + languages[min(n, closest)] + "]"
					for _, other := range notify.MessageKinds() {
						if other != k && other != notify.Digest && other != notify.InvoicePaid {
							continue // two others stand for the rest
						}
						for _, on := range channels(t, other) {
							m := rendered(t, &texts, other, on, reader)
							got := m.Subject == want && strings.Contains(m.Text, want) && strings.Contains(m.HTML, want) ||
								m.Title == want && m.Body == want
							if got != (other == k && on == c) {
								t.Fatalf("%s by %s in %q, read in %q: %s by %s is %+v", k, c, language, reader, other, on, m)
							}
						}
					}
				}
			}
		}
	}
}

// rendered is a kind's message to somebody who reads a language.
func rendered(t *testing.T, texts *notify.Texts, k notify.Kind, c notify.Channel, language string) notify.Message {
	t.Helper()
	p := reachable
	p.Language = language
	m, err := texts.Render(notify.Delivery{Kind: k, Channel: c}, p, sample(t))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// An email says which language it is in: that of its text, not the one its reader would have liked.
func TestN6EmailsSayTheirLanguage(t *testing.T) {
	var texts notify.Texts
	if err := texts.Override(notify.Digest, notify.Email, "cy-GB", notify.Template{Text: "Diolch."}); err != nil {
		t.Fatal(err)
	}
	if err := texts.Override(notify.Digest, notify.Email, "de", notify.Template{Subject: "Neues"}); err != nil {
		t.Fatal(err)
	}
	for reader, want := range map[string]string{"": "en", "fr": "en", "cy-gb": "cy-GB", "cy": "en", "de": "en"} {
		if m := rendered(t, &texts, notify.Digest, notify.Email, reader); !strings.Contains(m.HTML, `<html lang="`+want+`">`) {
			t.Errorf("read in %q it is not said to be in %q", reader, want)
		}
	}
}
