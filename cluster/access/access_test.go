package access_test

import (
	"errors"
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/cluster/access"
	"github.com/holdfast-edge/holdfast/cluster/kv"
)

func TestATokenIsRecognisedUntilItExpiresOrIsRemoved(t *testing.T) {
	now := time.Now()
	k := access.NewKeys(kv.NewMemory(), func() time.Time { return now })
	token, made, err := k.New(t.Context(), access.Principal{Name: "anna", Role: access.Engineer, Sites: "region=eu", Expires: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := k.Recognise(t.Context(), token); err != nil || p.Name != "anna" || p.ID != made.ID {
		t.Errorf("got %+v, %v", p, err)
	}
	for _, bad := range []string{"", "hfa1", token + "x", token[:len(token)-2], "hfa1.AAAAAAAA.AAAA", "hfa1.../../x.AAAA"} {
		if _, err := k.Recognise(t.Context(), bad); !errors.Is(err, access.ErrNobody) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	now = now.Add(2 * time.Hour)
	if _, err := k.Recognise(t.Context(), token); !errors.Is(err, access.ErrNobody) {
		t.Errorf("after it has expired: %v", err)
	}
	now = now.Add(-2 * time.Hour)
	if err := k.Remove(t.Context(), made.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Recognise(t.Context(), token); !errors.Is(err, access.ErrNobody) {
		t.Errorf("after it was removed: %v", err)
	}
}

func TestARoleIsForItsSitesOnly(t *testing.T) {
	p := access.Principal{Name: "anna", Role: access.Operator, Sites: "region=eu,name!=plant-9"}
	eu, us := map[string]string{"region": "eu"}, map[string]string{"region": "us"}
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"its role at its site":         {p.May(access.Operator, "plant-7", eu), true},
		"a lesser role":                {p.May(access.Viewer, "plant-7", eu), true},
		"a higher role":                {p.May(access.Engineer, "plant-7", eu), false},
		"another site":                 {p.May(access.Viewer, "plant-7", us), false},
		"a site that is left out":      {p.May(access.Viewer, "plant-9", eu), false},
		"the cloud itself":             {p.May(access.Viewer, "", nil), false},
		"a role that there is not":     {access.Principal{Role: "king"}.May(access.Viewer, "plant-7", nil), false},
		"all sites, the cloud as well": {access.Principal{Role: access.Admin}.May(access.Admin, "", nil), true},
	} {
		if (c.err == nil) != c.want || c.err != nil && !errors.Is(c.err, access.ErrForbidden) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
}

func FuzzParseSelector(f *testing.F) {
	f.Add("name=plant-*,region!=eu,gateway", "plant-7")
	f.Fuzz(func(t *testing.T, text, site string) {
		s, err := access.ParseSelector(text)
		if err != nil {
			return
		}
		again, err := access.ParseSelector(s.String())
		if err != nil || again.Matches(site, nil) != s.Matches(site, nil) {
			t.Errorf("%q reads back as %q: %v", text, s.String(), err)
		}
	})
}
