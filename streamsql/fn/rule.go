package fn

import "github.com/holdfast-edge/holdfast/tag"

func ruleFunctions() []*Func {
	return []*Func{
		{
			Name: "rule_id", Family: "rule", Returns: Text, Fixed: PerRow,
			Scalar: func(c *Context, _ []tag.Value) (tag.Value, error) { return tag.StringOf(c.Rule), nil },
			Doc:    "The name of the rule that runs the query.",
		},
		{
			Name: "rule_start", Family: "rule", Returns: Int, Fixed: PerRow,
			Scalar: func(c *Context, _ []tag.Value) (tag.Value, error) {
				return tag.IntOf(c.RuleStart / milliseconds), nil
			},
			Doc: "When the rule was started, in milliseconds since the Unix epoch.",
		},
	}
}
