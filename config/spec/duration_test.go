package spec

import (
	"testing"
	"time"
)

func TestADurationIsReadWithItsUnit(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"0": 0, "0s": 0, "1ns": 1, "100ms": 100 * time.Millisecond, "1.5s": 1500 * time.Millisecond, "1h30m": 90 * time.Minute,
		"30d": 30 * 24 * time.Hour, "2w": 14 * 24 * time.Hour, "106751d": 106751 * 24 * time.Hour,
	} {
		if got, err := ParseDuration(text); err != nil || got != want {
			t.Errorf("%q is %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestWhatIsNoDurationIsRefused(t *testing.T) {
	for _, text := range []string{"", "1", "1.5", "-1s", "+1s", "s", "d", "1.5d", "-1d", "1 s", "1S", "106752d", "4294967296d", "99999999999h", "1d12h", "NaN", "-5"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

func TestADurationIsPrintedAsOneWouldWriteIt(t *testing.T) {
	for want, d := range map[string]time.Duration{
		"0s": 0, "100ms": 100 * time.Millisecond, "1m": time.Minute, "1h": time.Hour, "1h30m": 90 * time.Minute, "30d": 30 * day,
		"10m": 10 * time.Minute, "10h": 10 * time.Hour, "25h": 25 * time.Hour, "1h0m5s": time.Hour + 5*time.Second, "10s": 10 * time.Second,
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("%v is printed %s, want %s", d, got, want)
		}
	}
}

func FuzzADurationThatIsReadIsPrintedSoThatItIsReadAgain(f *testing.F) {
	for _, seed := range []string{"0", "1h30m", "30d", "2w", "1.5s", "-1s", "1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDuration(text)
		if err != nil {
			return
		}
		if again, err := ParseDuration(FormatDuration(d)); err != nil || again != d || d < 0 {
			t.Errorf("%q is %v, printed %s, read again %v, %v", text, d, FormatDuration(d), again, err)
		}
	})
}
