// Package ast is the syntax tree of stream SQL: what a text says, before
// anybody asks what it means.
//
// The nodes are few and orthogonal. Spellings that mean the same are one node
// here: `a == b` is an Equal, `a ISNULL` is `a IS NULL`, a comma in FROM is a
// cross join, `tumble('10s')` is a Window like TUMBLINGWINDOW(ss, 10), and
// parentheses leave no trace beyond the shape of the tree.
//
//	Statement  Query  CreateStream  Explain
//	Query      Select {UNION ALL Select} [ORDER BY] [LIMIT [OFFSET]]
//	Select     Item...  Source  Join...  WHERE  GROUP BY  Window  HAVING
//	Source     Stream  Derived
//	Expr       Literal Column Star
//	           Unary Binary Like Between In Case Cast
//	           Call Index Slice Subquery Exists
//
// Every node knows where it begins in the user's own text (Pos). Text prints a
// node as canonical SQL in time linear to its size, and parsing that text gives
// the same tree again. Walk visits a tree.
//
// The package does not parse (that is package parse), does not resolve names,
// types or functions (that is package plan), and holds no data. Trees are built
// by one goroutine and may be read by many afterwards.
package ast
