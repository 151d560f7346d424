package spec

import "testing"

func TestAPathIsTakenApartAsItIsPrinted(t *testing.T) {
	for _, printed := range []string{"a", "a.b", "a[0]", "a[12].b.c[3]", "a[0][1]"} {
		var p *path
		for _, step := range steps(printed) {
			p = &path{parent: p, key: step.key, index: step.index}
		}
		if p.String() != printed {
			t.Errorf("%q became %q", printed, p)
		}
	}
	if len(steps("")) != 0 || (*path)(nil).String() != "" {
		t.Error("the root has no steps")
	}
}
