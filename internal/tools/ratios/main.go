// Command ratios reads the output of benchmarks and fails where a promise in it was missed.
//
// Usage: ratios FILE
//
// A benchmark (or a test) that measures something the documentation promises prints
// one line, alone or after the position that b.Log puts before it:
//
//	ratio calendar/between-vs-rickar 5400 >= 2000
//	ratio calendar/cut-off-ns 61.5 <= 200
//
// Of several lines with one name the last counts: the benchmark framework calls a
// function again with a growing number of iterations.
package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var line = regexp.MustCompile(`(?m)(?:^|\s)ratio (\S+) ([0-9.eE+-]+) (>=|<=) ([0-9.eE+-]+)\s*$`)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: ratios FILE")
		os.Exit(2)
	}
	text, err := os.ReadFile(os.Args[1])
	if err == nil {
		err = judge(string(text))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "ratios:", err)
		os.Exit(1)
	}
}

func judge(text string) error {
	verdicts := map[string]string{}
	var names, missed []string
	for _, m := range line.FindAllStringSubmatch(text, -1) {
		name, relation := m[1], m[3]
		measured, err1 := strconv.ParseFloat(m[2], 64)
		target, err2 := strconv.ParseFloat(m[4], 64)
		if err := errors.Join(err1, err2); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if _, again := verdicts[name]; !again {
			names = append(names, name)
		}
		verdicts[name] = "kept  "
		if relation == ">=" && measured < target || relation == "<=" && measured > target {
			verdicts[name] = "MISSED"
		}
		verdicts[name] += fmt.Sprintf("  %s %s %s %s", name, m[2], relation, m[4])
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Println(verdicts[name])
		if strings.HasPrefix(verdicts[name], "MISSED") {
			missed = append(missed, name)
		}
	}
	if len(missed) > 0 {
		return fmt.Errorf("missed: %s", strings.Join(missed, ", "))
	}
	fmt.Printf("%d promised ratios kept\n", len(names))
	return nil
}
