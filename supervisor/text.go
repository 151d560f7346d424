package supervisor

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Text draws the shape of the tree: names with what supervises below them and
// how many failures each is allowed, as doc comments draw it. It does not change
// while the actors live and fail.
func (t Tree) Text() string {
	return t.draw(func(t Tree) string {
		return strings.TrimRight(fmt.Sprintf("%-12s  %s", strategyOf(t), intensityOf(t)), " ")
	})
}

// Status draws the tree with the state of every actor.
func (t Tree) Status() string {
	return t.draw(func(t Tree) string {
		line := t.State
		if t.Detail != "" {
			line += " (" + t.Detail + ")"
		}
		if t.Restarts > 0 {
			line += fmt.Sprintf(", %d restarts", t.Restarts)
		}
		if t.Alarm {
			line += ", alarm"
		}
		return line
	})
}

func strategyOf(t Tree) string {
	if len(t.Children) == 0 {
		return ""
	}
	return t.Strategy.String()
}

func intensityOf(t Tree) string {
	if t.Path == "/" {
		return ""
	}
	return t.Policy.Intensity.String()
}

func (t Tree) draw(note func(Tree) string) string {
	var rows []row
	t.rows(&rows, "", "", note)
	width := 0
	for _, r := range rows {
		width = max(width, utf8.RuneCountInString(r.name))
	}
	var b strings.Builder
	for _, r := range rows {
		pad := strings.Repeat(" ", width-utf8.RuneCountInString(r.name))
		b.WriteString(strings.TrimRight(r.name+pad+"  "+r.note, " ") + "\n")
	}
	return b.String()
}

type row struct{ name, note string }

func (t Tree) rows(rows *[]row, branch, indent string, note func(Tree) string) {
	*rows = append(*rows, row{branch + t.Name, note(t)})
	for i, child := range t.Children {
		if i == len(t.Children)-1 {
			child.rows(rows, indent+"└─ ", indent+"   ", note)
		} else {
			child.rows(rows, indent+"├─ ", indent+"│  ", note)
		}
	}
}
