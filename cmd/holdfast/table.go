package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// column is one column of a table of things.
type column[T any] struct {
	title string
	cell  func(*T) string
}

// printTable writes things as lines under titles.
func printTable[T any](w io.Writer, columns []column[T], things []T) error {
	out := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = c.title
	}
	_, err := fmt.Fprintln(out, strings.Join(cells, "\t"))
	for t := range things {
		for i, c := range columns {
			cells[i] = oneLine(c.cell(&things[t]))
		}
		if err == nil {
			_, err = fmt.Fprintln(out, strings.Join(cells, "\t"))
		}
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

// oneLine keeps a text from breaking the table, or from moving the cursor.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return ' '
		}
		return r
	}, text)
}

// short is a span of time with as many digits as people read.
func short(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	case d >= time.Second:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Millisecond).String()
}

// count is a counter as a cell.
func count(n uint64) string { return fmt.Sprint(n) }
