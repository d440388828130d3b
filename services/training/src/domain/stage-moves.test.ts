import { aVersion } from '../../tests/a-version';
import { MODEL_STAGES } from './model-version';
import { requireMove } from './stage-moves';

describe('requireMove', () => {
  it('lets a version go from every stage to every other, but out of production only by being replaced', () => {
    for (const from of MODEL_STAGES) {
      for (const to of MODEL_STAGES) {
        const move = () => requireMove(aVersion(1, { stage: from }), to);
        if (from === 'production' && to !== from) {
          expect(move).toThrow(expect.objectContaining({ code: 'failed_precondition.stage' }));
        } else expect(move).not.toThrow();
      }
    }
  });
});
