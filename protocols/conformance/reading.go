package conformance

import (
	"testing"
	"time"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

func everyTagIsRead(t *testing.T, h Harness) {
	c, _ := h.start(t, patient)
	values, err := c.scan()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range initial() {
		wantValue(t, name, values[name], want)
	}
}

func changesAreSeen(t *testing.T, h Harness) {
	c, peer := h.start(t, patient)
	for i := range int64(20) {
		want := map[string]tag.Value{
			Number: tag.IntOf(i), Decimal: tag.FloatOf(float64(i) / 10), Flag: tag.BoolOf(i%2 == 0), Fixed: tag.IntOf(100 + i),
		}
		for name, v := range want {
			peer.Set(name, v)
		}
		values, err := c.scan()
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range want {
			wantValue(t, name, values[name], v)
		}
	}
}

func aMissingAddressIsBad(t *testing.T, h Harness) {
	c, _ := h.start(t, patient)
	for range 5 {
		values, err := c.scan()
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range values {
			if v.Quality().IsBad() != (name == Missing) {
				t.Errorf("%s is %v", name, v.Quality())
			}
		}
	}
	v := tag.Value{}
	err := c.try(func(s protocols.Session) (err error) {
		v, err = s.ReadPoint(t.Context(), c.point(Missing))
		return err
	})
	if !protocols.QualityOf(err).IsBad() && !v.Quality().IsBad() {
		t.Errorf("read by itself it is %s", show(v))
	}
}

func sourceTimesAreOfNow(t *testing.T, h Harness) {
	c, _ := h.start(t, patient)
	row := c.row()
	if err := c.read(t.Context(), c.session, row); err != nil {
		t.Fatal(err)
	}
	for i, ns := range row.Stamps {
		if ns == 0 {
			continue // the time of the scan
		}
		if age := time.Since(time.Unix(0, ns)); age > 24*time.Hour || age < -24*time.Hour {
			t.Errorf("tag %d is of %v", i, time.Unix(0, ns).UTC())
		}
	}
}
