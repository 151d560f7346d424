package parse

import (
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql/ast"
)

// benchQuery is as long as rules are that people write.
const benchQuery = `SELECT device, avg(temperature) AS t, max(temperature) - min(temperature) AS span
FROM plant
WHERE temperature > 20 AND quality(temperature) = 'good' AND line IN ('north', 'south')
GROUP BY device, TUMBLINGWINDOW(ss, 10)
HAVING t > 25.5 OR span >= 3`

func BenchmarkQuery(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(benchQuery)))
	for b.Loop() {
		if _, err := Query(benchQuery, ast.Standard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/query")
}

func BenchmarkText(b *testing.B) {
	q, err := Query(benchQuery, ast.Standard)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = ast.Text(q)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N), "µs/query")
}
