package migrate

import (
	"errors"
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/config/document"
)

// maxRounds bounds how often what is left is judged again. Each round takes something out; what refers to that goes in
// the next.
const maxRounds = 50

// Settle writes the tree as text that check has nothing against: what it refuses is taken out and reported at its place
// in the source, with the check's own words, and so is what depended on it. File is the name under which check knows the
// text. The error is the check's where it is about nothing that was taken from the source.
func Settle(root *Node, file string, r *Report, check func(text []byte) error) ([]byte, error) {
	for range maxRounds {
		text := root.AppendYAML(nil)
		err := check(text)
		if err == nil {
			return text, nil
		}
		errs, ok := errors.AsType[document.Errors](err)
		if !ok || !refuse(root, file, errs, r) {
			return nil, err
		}
	}
	return nil, fmt.Errorf("the configuration is still refused after %d rounds: this is an error of this program", maxRounds)
}

// refuse takes out what errors are about; ok is false where one is about something else.
func refuse(root *Node, file string, errs document.Errors, r *Report) (ok bool) {
	cuts := make([]cutting, len(errs))
	for i, e := range errs {
		if cuts[i] = cutAt(root, e.Path); e.File != file || cuts[i].item == nil {
			return false
		}
	}
	around := make([]bool, len(cuts)) // before anything is taken out
	for i, c := range cuts {
		around[i] = c.isAround(cuts)
	}
	for i, e := range errs {
		if around[i] || !cuts[i].do() {
			continue // a part of it is to blame, or it is said of the same part before
		}
		lost := cuts[i].item.origins(nil)
		r.forget(lost)
		reason := e.Problem
		if e.Fix != "" {
			reason += ": " + e.Fix
		}
		if tags := count(lost, "tag "); tags > 0 && !strings.HasPrefix(lost[0].Of, "tag ") {
			reason += fmt.Sprintf(" (with it, %d tags)", tags)
		}
		item := lost[0].Item(LeftOut, reason)
		if item.Key == "" {
			item.Key = keyOf(e.Path)
		}
		r.Add(item)
	}
	return true
}

// keyOf is the last key of a path.
func keyOf(path string) string {
	return path[strings.LastIndexAny(path, ".]")+1:]
}

func count(all []*Origin, prefix string) (n int) {
	for _, o := range all {
		if strings.HasPrefix(o.Of, prefix) {
			n++
		}
	}
	return n
}

// forget takes back that parts were taken.
func (r *Report) forget(lost []*Origin) {
	gone := map[Item]bool{}
	for _, o := range lost {
		gone[o.Item(Taken, "")] = true
	}
	kept := r.Items[:0]
	for _, i := range r.Items {
		if !gone[i] {
			kept = append(kept, i)
		}
	}
	r.Items = kept
}
