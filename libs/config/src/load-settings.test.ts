import { AppError } from '@attune/errors';
import { z } from 'zod';
import { formatSettings } from './describe-settings';
import { decimal, flag, integer, list, splitHostPort } from './from-text';
import { loadSettings } from './load-settings';
import { platformSettings } from './platform-settings';
import { redactSettings, redactUrl } from './redact';
import { defineSettings, setting } from './setting';

const definition = defineSettings({
  ...platformSettings,
  batchSize: setting('ATTUNE_BATCH_SIZE', integer({ min: 1, max: 1000 }), 'records per batch', 100),
  decay: setting('ATTUNE_DECAY', decimal({ min: 0 }), 'decay per day', 0.5),
  isShadow: setting('ATTUNE_SHADOW', flag(), 'whether answers are only recorded', false),
  surface: setting('ATTUNE_SURFACE', z.string(), 'the surface to serve'),
  apiKey: setting('ATTUNE_API_KEY', z.string().min(20, 'is too short').optional(), 'a key', undefined, {
    secret: true,
  }),
});

function problemsOf(env: NodeJS.ProcessEnv): Record<string, string> {
  try {
    loadSettings(definition, { ATTUNE_SURFACE: 'home', ...env });
    return {};
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('invalid.settings');
    return Object.fromEntries((error as AppError).violations.map((found) => [found.field, found.description]));
  }
}

describe('loadSettings', () => {
  it('gives typed values and defaults for what is not set', () => {
    const settings = loadSettings(definition, {
      ATTUNE_SURFACE: 'home',
      ATTUNE_BATCH_SIZE: '20',
      KAFKA_BROKERS: 'a:1, b:2',
    });
    const batchSize: number = settings.batchSize;
    expect([batchSize, settings.decay, settings.isShadow, settings.kafkaBrokers]).toEqual([
      20,
      0.5,
      false,
      ['a:1', 'b:2'],
    ]);
    expect(settings.listen).toBe('127.0.0.1:0');
  });

  it('leaves settings of other services to them, and checks its own', () => {
    const own = defineSettings({
      ...platformSettings,
      budgetMs: setting('ATTUNE_SERVING_BUDGET_MS', integer(), 'a budget', 100),
    });
    expect(loadSettings(own, { ATTUNE_TRAINING_CONCURRENCY: '2' }).budgetMs).toBe(100);
    expect(() => loadSettings(own, { ATTUNE_SERVING_BUDGT_MS: '2' })).toThrow(/did you mean ATTUNE_SERVING_BUDGET_MS/);
  });

  it('reports every problem at once', () => {
    const problems = problemsOf({
      ATTUNE_BATCH_SIZE: '12abc',
      ATTUNE_DECAY: '-1',
      ATTUNE_SHADOW: 'yes',
      ATTUNE_LISTEN: 'localhost',
      ATTUNE_SURFACE: '',
      DATABASE_URL: 'mysql://h/db',
    });
    expect(problems).toEqual({
      ATTUNE_BATCH_SIZE: 'must be a whole number, not "12abc"',
      ATTUNE_DECAY: 'must be at least 0, not "-1"',
      ATTUNE_SHADOW: 'must be "true" or "false", not "yes"',
      ATTUNE_LISTEN: 'must be host:port, such as 127.0.0.1:7101, not "localhost"',
      ATTUNE_SURFACE: 'is required (the surface to serve)',
      DATABASE_URL: 'must be a URL that begins with postgres:// or postgresql://, not "mysql://h/db"',
    });
  });

  it.each(['127.0.0.1:7104', '10.0.0.5:1,10.0.0.6:2', 'dns:///serving.attune:7104', '[::1]:7104'])(
    'takes %s for where a peer listens',
    (address) => expect(problemsOf({ ATTUNE_SERVING_ADDRESS: address })).not.toHaveProperty('ATTUNE_SERVING_ADDRESS'),
  );

  it.each(['serving', 'http://serving:7104', 'dns:///serving', '10.0.0.5:1,', '127.0.0.1:0'])(
    'does not take %s for where a peer listens',
    (address) => expect(problemsOf({ ATTUNE_SERVING_ADDRESS: address })).toHaveProperty('ATTUNE_SERVING_ADDRESS'),
  );

  it.each(['NaN', 'Infinity', '1e3', '0x10', '1_000', ' ', '1.0', '٣'])(
    'never turns %j into the default of a whole number',
    (text) => expect(problemsOf({ ATTUNE_BATCH_SIZE: text })).toHaveProperty('ATTUNE_BATCH_SIZE'),
  );

  it('names the setting that a mistyped variable meant', () => {
    expect(problemsOf({ ATTUNE_LOGLEVEL: 'info', ATTUNE_UNHEARD_OF_THING: '1' })).toEqual({
      ATTUNE_LOGLEVEL: 'is not a setting; did you mean ATTUNE_LOG_LEVEL?',
      ATTUNE_UNHEARD_OF_THING: 'is not a setting',
    });
  });

  it("leaves other programs' variables and declared strangers alone", () => {
    const env = { ATTUNE_SURFACE: 'home', PATH: '/bin', ATTUNE_TEST_REDIS_URL: 'x', ATTUNE_OTHER: '1' };
    expect(() => loadSettings(definition, env, { alsoKnown: ['ATTUNE_OTHER'] })).not.toThrow();
  });

  it('never repeats a secret, nor a password in a URL, in a problem', () => {
    const problems = problemsOf({
      ATTUNE_API_KEY: 'hunter2',
      DATABASE_URL: 'mysql://me:hunter2@h/db',
      REDIS_URL: 'redis//me:hunter2@h',
    });
    expect(Object.keys(problems).sort()).toEqual(['ATTUNE_API_KEY', 'DATABASE_URL', 'REDIS_URL']);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('refuses a definition in which two settings read one variable', () => {
    const twice = () => defineSettings({ a: setting('ATTUNE_A', list(), 'a'), b: setting('ATTUNE_A', list(), 'b') });
    expect(twice).toThrow('settings "a" and "b" both read ATTUNE_A');
  });
});

describe('what is printed', () => {
  it('hides secrets and passwords of the settings that are logged', () => {
    const settings = loadSettings(definition, {
      ATTUNE_SURFACE: 'home',
      ATTUNE_API_KEY: 'hunter2-hunter2-hunter2',
      DATABASE_URL: 'postgres://me:hunter2@h:5432/db?sslmode=require',
      OBJECT_STORE_URL: 's3://bucket/p?region=x&secretAccessKey=hunter2',
    });
    const shown = redactSettings(definition, settings);
    expect(shown.databaseUrl).toBe('postgres://me:***@h:5432/db?sslmode=require');
    expect(JSON.stringify(shown)).not.toContain('hunter2');
  });

  it('shows the privacy secret neither when it is sound nor when it is too short', () => {
    const secret = 'x'.repeat(32);
    const settings = loadSettings(definition, { ATTUNE_SURFACE: 'home', ATTUNE_PRIVACY_SECRET: secret });
    expect(JSON.stringify(redactSettings(definition, settings))).not.toContain(secret);
    const { ATTUNE_PRIVACY_SECRET: problem } = problemsOf({ ATTUNE_PRIVACY_SECRET: 'guess-me' });
    expect(problem).toMatch(/32 characters/);
    expect(problem).not.toContain('guess-me');
  });

  it('keeps a URL without secrets as it is', () => {
    expect(redactUrl('redis://127.0.0.1:6379')).toBe('redis://127.0.0.1:6379');
  });

  it('describes each setting with its default, and says which are required', () => {
    const lines = formatSettings(definition).split('\n');
    expect(lines.find((line) => line.startsWith('ATTUNE_BATCH_SIZE'))).toMatch(/records per batch \(default 100\)$/);
    expect(lines.find((line) => line.startsWith('ATTUNE_SURFACE'))).toMatch(/\(required\)$/);
    expect(lines.find((line) => line.startsWith('DATABASE_URL'))).not.toContain('required');
  });

  it('splits addresses, with IPv6 hosts in brackets', () => {
    expect(splitHostPort('[::1]:80')).toEqual({ host: '::1', port: 80 });
    expect(['a:70000', '::1:80', 'a', 'a:', 'http://a:1'].map(splitHostPort)).toEqual(Array(5).fill(undefined));
  });
});
