// A lint plugin with the one rule that oxlint lacks: powers differ by one unit in the last place between Node 22 and 24.
const MESSAGE = 'a power is not the same number on every Node version: multiply, or use Math.exp(b * Math.log(a))';

export default {
  meta: { name: 'determinism' },
  rules: {
    'no-power': {
      create: (context) => ({
        BinaryExpression(node) {
          if (node.operator === '**') context.report({ node, message: MESSAGE });
        },
        AssignmentExpression(node) {
          if (node.operator === '**=') context.report({ node, message: MESSAGE });
        },
      }),
    },
  },
};
