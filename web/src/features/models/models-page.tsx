import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Failure, Loading } from '../../ui/page-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Refused } from '../../ui/refused.tsx';
import { useTitle } from '../../ui/use-title.ts';
import { ChallengerPanel } from './challenger-panel.tsx';
import { ChampionPanel } from './champion-panel.tsx';
import { ComparisonPanel } from './comparison-panel.tsx';
import { DriftPanel } from './drift-panel.tsx';
import classes from './models.module.css';
import { PromotionsPanel } from './promotions-panel.tsx';
import { freeze, modelsQuery } from './queries.ts';
import { VersionsTable } from './versions-table.tsx';

interface ModelsPageProps {
  readonly tenant: string;
  readonly mayFreeze: boolean;
  readonly mayPromote: boolean;
}

/** What scores, what is being taught, what is asked beside it, and the levers that change it. */
export function ModelsPage({ tenant, mayFreeze, mayPromote }: ModelsPageProps) {
  useTitle('Models');
  const models = useQuery(modelsQuery(tenant));
  const client = useQueryClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: ['models', tenant] });
  const freezing = useMutation({ mutationFn: () => freeze(tenant, ''), onSettled: refresh });
  return (
    <div className={classes.page}>
      <div>
        <h1>Models</h1>
        <p className={classes.lead}>
          The champion scores every finding and never changes by itself. The challenger learns from each determination
          at once. A version made of it is asked beside the champion until a lead puts it in force, or not.
        </p>
      </div>
      {models.isPending && <Loading what="models" rows={4} height={80} />}
      {models.isError && <Failure what="The models" error={models.error} retry={() => void models.refetch()} />}
      {models.data && (
        <>
          <DriftPanel tenant={tenant} />
          <ChampionPanel
            tenant={tenant}
            champion={models.data.champion}
            promotions={models.data.promotions}
            mayPromote={mayPromote}
            onDone={refresh}
          />
          <ChallengerPanel challenger={models.data.challenger} missed={models.data.missed}>
            {mayFreeze && (
              <div className={classes.buttons}>
                <Button
                  size="xs"
                  loading={freezing.isPending}
                  disabled={models.data.challenger === null || models.data.challenger.trainedOn.examples === 0}
                  onClick={() => freezing.mutate()}
                >
                  Make a version of it
                </Button>
                <Refused error={freezing.error} />
              </div>
            )}
          </ChallengerPanel>
          <Panel id="versions" title="Versions" flush note="measured on verdicts later than those learned from">
            <VersionsTable versions={models.data.versions} chosen={chosen} onChoose={setChosen} />
          </Panel>
          {chosen !== null && chosen !== models.data.champion.id && (
            <ComparisonPanel
              key={chosen}
              tenant={tenant}
              version={chosen}
              champion={models.data.champion.id}
              mayPromote={mayPromote}
              onDone={refresh}
            />
          )}
          <PromotionsPanel promotions={models.data.promotions} />
        </>
      )}
    </div>
  );
}
