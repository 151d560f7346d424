package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/console"
	"github.com/holdfast-edge/holdfast/console/client"
)

// treeListing is the supervision tree; its names are paths, each with what is
// below it.
type treeListing struct{}

func (treeListing) show(ctx context.Context, from *client.Client, names []string, out io.Writer, asJSON bool) error {
	var root console.ActorTree
	if err := from.Get(ctx, "/api/v1/tree", nil, &root); err != nil {
		return err
	}
	tops := []console.ActorTree{root}
	if len(names) > 0 {
		tops = nil
		for _, name := range names {
			found, ok := findActor(root, name)
			if !ok {
				return fmt.Errorf("there is no %q in the tree", name)
			}
			tops = append(tops, found)
		}
	}
	if asJSON {
		return printJSON(out, tops)
	}
	var lines []treeLine
	for _, top := range tops {
		lines = appendTree(lines, top, 0)
	}
	return printTable(out, treeColumns(), lines)
}

func findActor(t console.ActorTree, path string) (console.ActorTree, bool) {
	if t.Path == path {
		return t, true
	}
	for _, c := range t.Children {
		if found, ok := findActor(c, path); ok {
			return found, true
		}
	}
	return console.ActorTree{}, false
}

// treeLine is an actor and how deep it stands.
type treeLine struct {
	console.Actor
	depth int
}

func appendTree(lines []treeLine, t console.ActorTree, depth int) []treeLine {
	lines = append(lines, treeLine{t.Actor, depth})
	for _, c := range t.Children {
		lines = appendTree(lines, c, depth+1)
	}
	return lines
}

func treeColumns() []column[treeLine] {
	return slices.Clip([]column[treeLine]{
		{"ACTOR", func(l *treeLine) string { return strings.Repeat("  ", l.depth) + l.Name }},
		{"KIND", func(l *treeLine) string { return l.Kind }},
		{"STATE", func(l *treeLine) string { return l.State + mark(l.Alarm) }},
		{"RESTARTS", func(l *treeLine) string { return fmt.Sprint(l.Restarts) }},
		{"PATH", func(l *treeLine) string { return l.Path }},
		{"LAST FAILURE", func(l *treeLine) string {
			if l.Failure == nil {
				return l.Detail
			}
			return l.Failure.Cause
		}},
	})
}

func mark(alarm bool) string {
	if alarm {
		return " (alarm)"
	}
	return ""
}
