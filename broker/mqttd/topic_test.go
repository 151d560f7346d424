package mqttd

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// oracle is matches, level by level, as the standard says it.
func oracle(filter, topic string) bool {
	f, t := strings.Split(filter, "/"), strings.Split(topic, "/")
	if strings.HasPrefix(topic, "$") && (f[0] == "+" || f[0] == "#") {
		return false
	}
	for i, level := range f {
		if level == "#" {
			return true
		}
		if i >= len(t) || level != "+" && level != t[i] {
			return false
		}
		if i == len(f)-1 {
			return len(t) == len(f)
		}
		if i == len(t)-1 {
			return len(f) == len(t)+1 && f[len(t)] == "#"
		}
	}
	return false
}

func levels(of ...string) *rapid.Generator[string] {
	return rapid.Map(rapid.SliceOfN(rapid.SampledFrom(of), 1, 4), func(l []string) string { return strings.Join(l, "/") })
}

func topics() *rapid.Generator[string] {
	return levels("a", "b", "", "$s").Filter(func(t string) bool { return CheckTopic(t) == nil })
}

func filters() *rapid.Generator[string] {
	return levels("a", "b", "", "$s", "+", "+", "#").Filter(func(f string) bool { return CheckFilter(f) == nil })
}

func TestAFilterMatchesAsTheStandardSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		filter, topic := filters().Draw(t, "filter"), topics().Draw(t, "topic")
		if got, want := matches(filter, topic), oracle(filter, topic); got != want {
			t.Fatalf("%q over %q: %t", filter, topic, got)
		}
	})
}

func TestTheFilterOfASharedSubscriptionMatchesLikeItsFilter(t *testing.T) {
	for filter, want := range map[string]bool{"a/#": true, "$share/g/a/+": true, "$share/g/b": false, "$share/g": false, "b": false} {
		if got := Matches(filter, "a/b"); got != want {
			t.Errorf("%s: %v", filter, got)
		}
	}
	if Matches("#", "") {
		t.Error("an empty topic matches")
	}
}

func TestWhatAFilterCoversItMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wide, narrow, topic := filters().Draw(t, "wide"), filters().Draw(t, "narrow"), topics().Draw(t, "topic")
		if covers(wide, narrow) && matches(narrow, topic) && !matches(wide, topic) {
			t.Fatalf("%q covers %q, and not %q", wide, narrow, topic)
		}
	})
}

func TestAFilterCoversItselfAndWhatItMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		filter, topic := filters().Draw(t, "filter"), topics().Draw(t, "topic")
		if !covers(filter, filter) {
			t.Fatalf("%q does not cover itself", filter)
		}
		if matches(filter, topic) != covers(filter, topic) {
			t.Fatalf("%q and %q", filter, topic)
		}
	})
}

// The index answers as a list of filters would, whatever was added and removed.
func TestTheIndexFindsWhatMatches(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x index
		sessions := []*session{{id: "0"}, {id: "1"}, {id: "2"}}
		type key struct {
			s      *session
			group  string
			filter string
		}
		model := map[key]bool{}
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			k := key{
				rapid.SampledFrom(sessions).Draw(t, "session"), rapid.SampledFrom([]string{"", "g"}).Draw(t, "group"),
				filters().Draw(t, "filter"),
			}
			if rapid.Bool().Draw(t, "add") {
				if replaced := x.add(&subscription{filter: k.filter, group: k.group, receiver: k.s}); replaced != model[k] {
					t.Fatalf("replaced %t", replaced)
				}
				model[k] = true
			} else {
				if removed := x.remove(k.s, k.group, k.filter); removed != model[k] {
					t.Fatalf("removed %t", removed)
				}
				delete(model, k)
			}
		}
		topic := topics().Draw(t, "topic")
		found := map[key]bool{}
		x.match(topic, func(s *subscription) {
			k := key{s.receiver, s.group, s.filter}
			if found[k] {
				t.Fatalf("%v is found twice", k)
			}
			found[k] = true
		})
		for k := range model {
			if found[k] != matches(k.filter, topic) {
				t.Fatalf("%q for %q: found %t", k.filter, topic, found[k])
			}
			delete(found, k)
		}
		if len(found) > 0 || x.len() != len(model) {
			t.Fatalf("found %v too many; %d for %d", found, x.len(), len(model))
		}
	})
}

func TestTheIndexGivesItsMemoryBack(t *testing.T) {
	var x index
	s := &session{}
	for _, filter := range []string{"a/b/c", "a/b", "a/#", "+/b"} {
		x.add(&subscription{filter: filter, receiver: s})
	}
	for _, filter := range []string{"a/b", "a/#", "+/b", "a/b/c"} {
		x.remove(s, "", filter)
	}
	if len(x.root.below) != 0 {
		t.Errorf("left: %v", x.root.below)
	}
}

func TestAShareHasAGroupAndAFilter(t *testing.T) {
	for filter, want := range map[string]bool{"$share/g/a": true, "$share/g/#": true, "$share/g": false, "$share//a": false, "$share/+/a": false} {
		if _, _, shared, err := splitShare(filter); !shared || (err == nil) != want {
			t.Errorf("%q: shared %t, %v", filter, shared, err)
		}
	}
	if group, rest, shared, err := splitShare("a/b"); group != "" || rest != "a/b" || shared || err != nil {
		t.Error("a plain filter is taken for a shared one")
	}
}
